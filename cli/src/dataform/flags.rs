//! The one table of commands and flags: what they are called, what they take, what help says of them

use super::check::{self, Check};
use super::conversion::{self, Conversion};
use super::line::Value;

/// A command
pub struct Command {
    /// Its name
    pub name: &'static str,
    /// What help says
    pub description: &'static str,
    /// Words after the command, by place; flags of the same name are understood, too
    pub positionals: &'static [Flag],
    /// Flags, in help's order
    pub flags: &'static [&'static [Flag]],
}

/// A flag or positional
#[derive(Debug)]
pub struct Flag {
    /// With dashes; the spelling without them is understood, too
    pub name: &'static str,
    /// What help says
    pub description: &'static str,
    /// What it takes
    pub kind: Kind,
    /// What it is when it is not given
    pub default: Default,
    /// What becomes of its value, default included
    pub conversion: Option<Conversion>,
    /// What must hold
    pub check: Option<Check>,
}

/// What a flag takes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text or number, as it reads; nothing means yes
    Any,
    /// Nothing, `true` or `false`
    Bool,
    /// Text
    Text,
    /// A number
    Number,
    /// Several values
    List,
}

/// What a flag is when it is not given
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// Not there
    None,
    /// `null`
    Null,
    /// A truth value
    Bool(bool),
    /// A number
    Number(f64),
    /// A text
    Text(&'static str),
}

impl Default {
    /// The default as a value
    pub fn value(self) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Null => Some(Value::Null),
            Self::Bool(value) => Some(Value::Bool(value)),
            Self::Number(value) => Some(Value::Number(value)),
            Self::Text(text) => Some(Value::Text(text.to_owned())),
        }
    }
}

impl Command {
    /// Positionals, then flags
    pub fn all(&self) -> impl Iterator<Item = &'static Flag> {
        self.positionals
            .iter()
            .chain(self.flags.iter().copied().flatten())
    }
}

/// The command of a name
pub fn command(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// Flags of every command and of none
pub const COMMON: &[Flag] = &[
    bool_flag("help", "Show help", Default::None),
    bool_flag("version", "Show version number", Default::None),
];

/// All commands, in help's order
pub const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        description: "Show help. If [command] is specified, the help is for the given command.",
        positionals: &[flag("command", "", Kind::Any)],
        flags: &[],
    },
    Command {
        name: "init",
        description: "Create a new dataform project.",
        positionals: &[
            NEW_PROJECT,
            Flag {
                check: Some(check::DEFAULT_DATABASE_IS_GIVEN),
                ..flag(
                    "default-database",
                    "The default database to use, equivalent to Google Cloud Project ID.",
                    Kind::Any,
                )
            },
            Flag {
                check: Some(check::DEFAULT_LOCATION_IS_GIVEN),
                ..flag(
                    "default-location",
                    "The default location to use. See https://cloud.google.com/bigquery/docs/locations for supported values.",
                    Kind::Any,
                )
            },
        ],
        flags: &[&[bool_flag(
            "iceberg",
            "Initialize the project with workflow-level Iceberg tables configuration.",
            Default::Bool(false),
        )]],
    },
    Command {
        name: "install",
        description: "Install a project's NPM dependencies.",
        positionals: &[PROJECT],
        flags: &[],
    },
    Command {
        name: "init-creds",
        description: "Create a .df-credentials.json file for Dataform to use when accessing BigQuery.",
        positionals: &[PROJECT],
        flags: &[&[bool_flag(
            "test-connection",
            "If true, a test query will be run using your final credentials.",
            Default::Bool(true),
        )]],
    },
    Command {
        name: "compile",
        description: "Compile the dataform project. Produces JSON output describing the non-executable graph.",
        positionals: &[PROJECT],
        flags: &[
            &[
                bool_flag(
                    "watch",
                    "Whether to watch the changes in the project directory.",
                    Default::Bool(false),
                ),
                JSON,
                Flag {
                    check: Some(check::JSON_OR_DOT),
                    ..bool_flag(
                        "dot",
                        "Outputs a dot representation of the compiled project.",
                        Default::Bool(false),
                    )
                },
                TIMEOUT,
                bool_flag(
                    "quiet",
                    "Less verbose compilation output. Example usage: 'dataform compile --quiet'",
                    Default::Bool(false),
                ),
                list_flag(
                    "output-actions",
                    "A list of action names to filter the compiled output to.",
                ),
                list_flag(
                    "output-tags",
                    "A list of tags to filter the compiled output to.",
                ),
                Flag {
                    check: Some(check::OUTPUT_INCLUDE_DEPS_NEEDS_SELECTION),
                    ..bool_flag(
                        "output-include-deps",
                        "If set, dependencies of the selected actions are also included in the output.",
                        Default::None,
                    )
                },
                Flag {
                    check: Some(check::OUTPUT_INCLUDE_DEPENDENTS_NEEDS_SELECTION),
                    ..bool_flag(
                        "output-include-dependents",
                        "If set, dependents (downstream) of the selected actions are also included in the output.",
                        Default::None,
                    )
                },
                Flag {
                    check: Some(check::VERBOSE_OR_QUIET),
                    ..bool_flag(
                        "verbose",
                        "Enable verbose compilation output. Example usage: 'dataform compile --verbose'",
                        Default::Bool(false),
                    )
                },
            ],
            SETTINGS,
        ],
    },
    Command {
        name: "test",
        description: "Run the dataform project's unit tests.",
        positionals: &[PROJECT],
        flags: &[&[CREDENTIALS, TIMEOUT, JSON], SETTINGS],
    },
    Command {
        name: "run",
        description: "Run the dataform project.",
        positionals: &[PROJECT],
        flags: &[
            &[
                bool_flag(
                    "dry-run",
                    "If set, BigQuery will validate the run SQL without applying changes to the warehouse.",
                    Default::None,
                ),
                bool_flag(
                    "run-tests",
                    "If set, the project's unit tests are required to pass before running the project.",
                    Default::None,
                ),
                Flag {
                    default: Default::Number(0.0),
                    ..flag(
                        "action-retry-limit",
                        "If set, idempotent actions will be retried up to the limit.",
                        Kind::Number,
                    )
                },
                ACTIONS,
                CREDENTIALS,
                bool_flag(
                    "emit-lineage",
                    "If set, emit OpenLineage RunEvents to Knowledge Catalog Lineage for each executed action. Overrides workflow_settings.yaml lineage.enabled when specified.",
                    Default::None,
                ),
                bool_flag(
                    "full-refresh",
                    "Forces incremental tables to be rebuilt from scratch.",
                    Default::Bool(false),
                ),
                Flag {
                    check: Some(check::INCLUDE_DEPS_NEEDS_SELECTION),
                    ..bool_flag(
                        "include-deps",
                        "If set, dependencies for selected actions will also be run.",
                        Default::None,
                    )
                },
                Flag {
                    check: Some(check::INCLUDE_DEPENDENTS_NEEDS_SELECTION),
                    ..bool_flag(
                        "include-dependents",
                        "If set, dependents (downstream) for selected actions will also be run.",
                        Default::None,
                    )
                },
                JSON,
                TIMEOUT,
                duration_flag(
                    "execution-timeout",
                    "Wall-clock deadline for the entire run (compile + all actions). When it fires, in-flight actions are cancelled and pending actions are skipped. Off by default. Examples: '10m', '2h'.",
                ),
                duration_flag(
                    "jit-timeout",
                    "Per-model JiT compilation worker timeout. Each action with jitCode gets its own fresh deadline; independent of --execution-timeout. When unset, no per-model cap is applied and only --execution-timeout bounds JiT work. Examples: '30s', '2m'.",
                ),
                list_flag("tags", "A list of tags to filter the actions to run."),
                Flag {
                    conversion: Some(conversion::labels),
                    ..flag(
                        "job-labels",
                        "Comma-separated list of labels to add to BigQuery jobs, e.g. 'key1=val1,key2=val2'.",
                        Kind::Text,
                    )
                },
            ],
            SETTINGS,
        ],
    },
    Command {
        name: "format",
        description: "Format the dataform project's files.",
        positionals: &[PROJECT],
        flags: &[&[
            ACTIONS,
            bool_flag(
                "ignore-js-files",
                "If set, the formatter will not consider javascript files (.js)",
                Default::Bool(false),
            ),
            bool_flag(
                "check",
                "Check if files are formatted correctly without modifying them.",
                Default::Bool(false),
            ),
        ]],
    },
];

const NEW_PROJECT: Flag = Flag {
    default: Default::Text("."),
    conversion: Some(conversion::path),
    ..flag("project-dir", "The Dataform project directory.", Kind::Any)
};

const PROJECT: Flag = Flag {
    check: Some(check::PROJECT_EXISTS),
    ..NEW_PROJECT
};

const ACTIONS: Flag = list_flag(
    "actions",
    "A list of action names or patterns to run. Can include '*' wildcards.",
);

const CREDENTIALS: Flag = Flag {
    default: Default::Text(".df-credentials.json"),
    check: Some(check::CREDENTIALS_ARE_A_PATH),
    ..flag(
        "credentials",
        "The location of the credentials JSON file to use.",
        Kind::Any,
    )
};

const JSON: Flag = bool_flag(
    "json",
    "Outputs a JSON representation of the compiled project or test results.",
    Default::Bool(false),
);

const TIMEOUT: Flag = duration_flag(
    "timeout",
    "Duration to allow project compilation to complete. Examples: '1s', '10m', etc.",
);

/// Flags that replace settings of the project
const SETTINGS: &[Flag] = &[
    flag(
        "default-database",
        "The default database to use, equivalent to Google Cloud Project ID. If unset, the value from workflow_settings.yaml is used.",
        Kind::Text,
    ),
    flag(
        "default-schema",
        "Override for the default schema name. If unset, the value from workflow_settings.yaml is used.",
        Kind::Any,
    ),
    flag(
        "default-location",
        "The default location to use. See https://cloud.google.com/bigquery/docs/locations for supported values. If unset, the value from workflow_settings.yaml is used.",
        Kind::Any,
    ),
    flag(
        "assertion-schema",
        "Default assertion schema. If unset, the value from workflow_settings.yaml is used.",
        Kind::Any,
    ),
    Flag {
        default: Default::Null,
        conversion: Some(conversion::variables),
        ..flag(
            "vars",
            "Override for variables to inject via '--vars=someKey=someValue,a=b', referenced by `dataform.projectConfig.vars.someValue`.  If unset, the value from workflow_settings.yaml is used.",
            Kind::Text,
        )
    },
    flag(
        "database-suffix",
        "Default assertion schema. If unset, the value from workflow_settings.yaml is used.",
        Kind::Any,
    ),
    Flag {
        check: Some(check::SCHEMA_SUFFIX_IS_A_NAME),
        ..flag(
            "schema-suffix",
            "A suffix to be appended to output schema names. If unset, the value from workflow_settings.yaml is used.",
            Kind::Any,
        )
    },
    flag(
        "table-prefix",
        "Adds a prefix for all table names. If unset, the value from workflow_settings.yaml is used.",
        Kind::Any,
    ),
    bool_flag(
        "disable-assertions",
        "Disables all assertions including built-in assertions (uniqueKey, nonNull, rowConditions) and manual assertions (type: assertion).",
        Default::Bool(false),
    ),
    flag(
        "default-reservation",
        "The default BigQuery reservation to use for execution. If unset, the value from workflow_settings.yaml is used. If neither is set, default BigQuery behavior applies.",
        Kind::Text,
    ),
];

const fn flag(name: &'static str, description: &'static str, kind: Kind) -> Flag {
    Flag {
        name,
        description,
        kind,
        default: Default::None,
        conversion: None,
        check: None,
    }
}

const fn bool_flag(name: &'static str, description: &'static str, default: Default) -> Flag {
    Flag {
        default,
        ..flag(name, description, Kind::Bool)
    }
}

const fn list_flag(name: &'static str, description: &'static str) -> Flag {
    Flag {
        conversion: Some(conversion::commas),
        ..flag(name, description, Kind::List)
    }
}

const fn duration_flag(name: &'static str, description: &'static str) -> Flag {
    Flag {
        default: Default::Null,
        conversion: Some(conversion::duration),
        ..flag(name, description, Kind::Text)
    }
}
