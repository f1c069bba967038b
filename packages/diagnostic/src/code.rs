//! The stable codes of all diagnostics, in ranges by room: `P` project and settings, `C` compilation,
//! `Q` GoogleSQL, `M` models, `R` runs and warehouses, `T` unit tests, `L` lineage, `S` serving
//! and monitoring, `U` usage

use serde::{Serialize, Serializer};

/// A stable code with its page: what it means and what to do
#[derive(Clone, Copy)]
pub struct Code {
    /// Such as `Q003`; never reused for another meaning
    pub id: &'static str,
    /// One line
    pub title: &'static str,
    /// What it means and what to do, as a paragraph
    pub explanation: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };
        )*
        /// Every code, in the order of the reference page
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // Project and settings
    PROJECT_NOT_FOUND = "P001", "no project here",
        "The folder has neither `workflow_settings.yaml` nor `dataform.json`. Go to the project's folder, name it with `-C DIR`, or make one with `sqlx-run init`.";
    SETTINGS_UNREADABLE = "P002", "the settings file is not valid",
        "`workflow_settings.yaml` or `dataform.json` could not be parsed. The message has the line and column where parsing stopped.";
    SETTINGS_INVALID = "P003", "a setting is unknown or has the wrong type",
        "The settings file has a key that Dataform does not know, or a value of the wrong type. Remove or rename the key.";
    FILE_UNREADABLE = "P005", "a file of the project cannot be read",
        "The file is a link out of the project's folder, larger than any source, or not readable for this user.";
    RUN_SETTINGS_INVALID = "P004", "`sqlx-run.toml` is not valid",
        "The file beside the settings that names sources and environments could not be read. The message has the place; `docs/environments.md` has every setting.";
    ENVIRONMENT_UNKNOWN = "P006", "there is no such environment",
        "`--env`, `SQLX_RUN_ENV` or `[defaults]` names an environment that `sqlx-run.toml` does not have. Add `[environments.NAME]`, or name one that is there.";
    ENVIRONMENT_PROTECTED = "P007", "the environment is protected",
        "The environment is marked `protected = true`, so that a command that writes asks first. Where there is no terminal to ask on, `--yes` says that it is meant. Nothing was sent.";

    // Compilation
    JAVASCRIPT_SYNTAX = "C001", "JavaScript does not parse",
        "A `js` or `config` block, a `${…}` placeholder or a `.js` file is not valid JavaScript.";
    JAVASCRIPT_ERROR = "C002", "JavaScript failed",
        "Code of the project threw an exception while the graph was built.";
    JAVASCRIPT_LIMIT = "C003", "JavaScript ran out of time",
        "Code of the project ran for longer than it may; an endless loop is the usual reason. `--compile-timeout SECONDS` allows more.";
    CONFIG_INVALID = "C004", "an action's configuration is not valid",
        "The `config` block of an action has an unknown key or a value that Dataform does not accept.";
    SQLX_INVALID = "C005", "a SQLX file is not valid",
        "The file uses a block where its action type does not allow one, or splits into several statements where only one may stand.";
    JAVASCRIPT_MEMORY = "C006", "JavaScript ran out of memory",
        "Code of the project needed more memory than it may use; a loop that keeps adding to something is the usual reason. `--compile-memory MB` allows more.";
    REF_UNKNOWN = "C010", "a reference names no action",
        "`ref` or `resolve` names an action that the project does not have. Declare the source, or correct the name.";
    REF_AMBIGUOUS = "C011", "a reference names several actions",
        "Two or more actions have the name. Add the dataset: `ref(\"dataset\", \"name\")`.";
    DUPLICATE_ACTION = "C012", "two actions have the same target",
        "Targets must be unique across tables, views, assertions, operations and declarations.";
    CYCLE = "C013", "actions depend on each other in a circle",
        "Each action of the chain needs the next one first. Break the circle by removing a `ref` or a dependency.";
    COMPILE_OTHER = "C020", "an action could not be compiled",
        "The message says which of Dataform's rules the action breaks.";

    // GoogleSQL
    SQL_SYNTAX = "Q001", "SQL does not parse",
        "The statement is not valid GoogleSQL, at the place shown.";
    SQL_UNSUPPORTED = "Q002", "GoogleSQL that the embedded engine does not support",
        "The statement is valid on BigQuery, but not yet supported locally. It is refused rather than answered wrongly.";
    UNKNOWN_FUNCTION = "Q003", "unknown function",
        "No function of that name is known. The reference page of functions lists what the embedded engine supports.";
    UNKNOWN_COLUMN = "Q004", "unknown column",
        "No table in scope has a column of that name.";
    UNKNOWN_TABLE = "Q005", "unknown table",
        "The warehouse has no such table or view. Run the action that makes it, or give a declared source its data with `--source NAME=PATH`.";
    AMBIGUOUS_COLUMN = "Q006", "ambiguous column",
        "More than one table in scope has a column of that name. Qualify it with the table's alias.";
    TYPE_MISMATCH = "Q007", "types do not fit",
        "An operator or function has no form for the types of its arguments. Cast one of them.";
    INVALID_ARGUMENTS = "Q008", "wrong number or kind of arguments",
        "The function takes other arguments than those given.";
    SQL_INVALID = "Q009", "SQL that BigQuery rejects",
        "The statement parses but breaks one of GoogleSQL's rules, as the message says.";
    EXECUTION_FAILED = "Q010", "the engine reported an error while a statement ran",
        "A value could not be computed, such as a division by zero or a failed cast.";
    SCRIPT_RAISED = "Q011", "a script raised an error",
        "A `RAISE` statement of the script ended it with this message, and no handler caught it.";
    UNKNOWN_PROCEDURE = "Q012", "unknown procedure",
        "The warehouse has no procedure of that name. Create it with `CREATE PROCEDURE` first.";

    // Models
    MODEL_NOT_FOUND = "M001", "unknown model",
        "No model of that name was trained in this warehouse. Run the action that creates it.";
    MODEL_OPTION_INVALID = "M002", "a model option is not valid",
        "`OPTIONS` of `CREATE MODEL` has an unknown option or a value out of its range.";
    MODEL_UNSUPPORTED = "M003", "a model type or function that runs on BigQuery only",
        "The embedded engine does not train this type of model.";
    LABEL_ONE_CLASS = "M004", "the label has one value",
        "A classifier needs at least two classes in the training data. Check how the label is made, and the span of time that the data covers.";
    TRAINING_DATA_INVALID = "M005", "the training data cannot be used",
        "A label is missing or NULL everywhere, there are no rows, or a column has a type that cannot be a feature.";
    MODEL_INPUT_INVALID = "M006", "the input of a model function lacks a column",
        "The function needs the features that the model was trained with, with the same types.";
    REMOTE_MODEL_UNKNOWN = "M007", "nothing stands for a remote model here",
        "A remote model asks an endpoint of Google Cloud. Here `[remote_models]` of `sqlx-run.toml` names one that speaks the protocol of OpenAI or of Gemini in its place.";
    MODEL_NOT_EXPORTABLE = "M010", "a model cannot be exported in this form",
        "The model has a feature, a function in its TRANSFORM or a kind for which the format has nothing. The message names it; `docs/export.md` lists what each format has.";
    MODEL_FILE_INVALID = "M011", "the file of an imported model cannot be used",
        "`MODEL_PATH` names no file that can be read, or one that has an operator, a type or a shape that cannot be run on this machine. The message has the runtime's words.";

    // Vertex AI
    VERTEX_FILE_INVALID = "V001", "the file of a Vertex AI action is not valid",
        "A file named `NAME.vertex.yaml` is not YAML, has a key that its type does not have, lacks one that it needs, or has a value of the wrong kind. `docs/vertex.md` has the keys of each type.";
    VERTEX_REFERENCE = "V002", "a reference to something of the wrong kind",
        "A key takes a model, an endpoint, a table or an exported model, and the reference names something else.";
    VERTEX_UNREACHABLE = "V003", "Vertex AI cannot be reached",
        "No answer came from the address of Vertex AI, or from the local server. Check the network and the address; `sqlx-run serve` starts a local server.";
    VERTEX_REFUSED = "V004", "Vertex AI refused a request",
        "The service answered with an error, which the message has in its words. What was there is as it was.";
    VERTEX_OPERATION_FAILED = "V005", "an operation of Vertex AI failed",
        "The service began the operation and ended it with an error. After a failed deployment the endpoint's traffic is where it was.";
    ARTIFACT_UNREADABLE = "V006", "an exported model cannot be read",
        "The files that a model is made of are missing or not readable. Run the operation that exports the model, or correct `artifactUri`.";
    PIPELINE_UNSUPPORTED = "V007", "an action that has no form in a pipeline",
        "The action cannot be written as a task of the wanted format, as the message says. Leave it out with `--exclude`, or choose another format.";

    // Runs and warehouses
    WAREHOUSE_UNAVAILABLE = "R001", "the warehouse file cannot be opened",
        "Another process holds the file, or it is not writable, or it is not a DuckDB database.";
    SOURCE_WITHOUT_DATA = "R002", "a declared source has no data",
        "An action reads a declaration that no file is mapped to. Give it one with `--source NAME=PATH` or under `[sources]` in `sqlx-run.toml`.";
    SOURCE_UNREADABLE = "R003", "a source file cannot be read",
        "The file is missing or is not valid parquet, CSV or JSON.";
    ASSERTION_FAILED = "R004", "an assertion found rows",
        "The assertion's view lists the failing rows: query it.";
    INTERRUPTED = "R005", "the run was interrupted",
        "The run was cancelled; what had finished stays, what had not is as it was before.";
    RUN_RECORD = "R006", "the run record cannot be written or read",
        "The folder `.sqlx-run` is not writable, the disk is full, or there is no record of a run yet.";
    NOT_RUNNABLE = "R007", "an action that cannot be run locally",
        "The action needs something that the embedded engine does not do yet, as the message says: SQL that JavaScript makes during the run, or changes of an incremental table's columns.";
    ACTION_TIMED_OUT = "R020", "an action took too long",
        "The action did not end within the time that `--timeout` allows, and was stopped; what it writes to is as it was before, unless it is an operation.";
    RUN_TIMED_OUT = "R021", "the run took too long",
        "The run did not end within the time that `--run-timeout` allows. What had finished stays; what had not was stopped or never began.";
    WAREHOUSE_BUSY = "R030", "another run is at work on the warehouse",
        "Two runs on one warehouse would see each other's half-done work. Wait for the other one with `--wait`, or name another warehouse with `--warehouse FILE`. The lock goes with the process that holds it: a process that was killed blocks nobody.";
    RUN_UNKNOWN = "R031", "no such run",
        "No record of a run matches the text, or several do. `sqlx-run runs list` lists the runs; the first letters of an id are enough as long as they name one run.";
    RUN_RECORD_CORRUPT = "R032", "a run record is damaged",
        "A line of the record is not what a run writes, so that nothing can be built on it. A last line that is cut is not an error: that is how a killed process leaves it.";
    RUN_RECORD_NEWER = "R033", "a run record of a newer format",
        "The record was written by a later version of the program. Older formats are read, newer ones are not.";
    RUN_NOT_RESUMABLE = "R034", "a run cannot be resumed",
        "The record does not say what was asked for, since it is of an old format or the run was killed before it began, or the engine is another one now. Run the project anew.";
    HALF_DONE = "R035", "an operation was interrupted half-way",
        "The process was killed while the operation's statements took effect one by one, since they manage transactions themselves or cannot be undone. Nobody knows how far it came. Put right what it did, then run it from its beginning with `run --actions NAME`.";

    // BigQuery
    ENGINE_UNREACHABLE = "R040", "BigQuery cannot be reached",
        "No answer came from BigQuery's address, or none in time. Check the network, and `--api-endpoint` or `BIGQUERY_EMULATOR_HOST` where another address is meant.";
    CREDENTIALS_UNUSABLE = "R041", "no usable credentials for BigQuery",
        "There are no credentials, or they are of no known kind, expired or revoked. Run `gcloud auth application-default login`, or name a service account's key.";
    ACCESS_DENIED = "R042", "BigQuery denies access",
        "The account that asks lacks a permission. The help names the role that has it and the command that grants it.";
    QUOTA_EXCEEDED = "R043", "a quota or rate limit of BigQuery is exceeded",
        "Too much was asked for in too short a time, or a quota of the project is used up. Rate limits pass by themselves: fewer actions at a time (`--jobs`) help; quotas are raised in the Google Cloud console.";
    BYTES_LIMIT = "R044", "a statement would read more bytes than it may",
        "The statement would bill more than the maximum that was set, so BigQuery refused it before it cost anything. Read fewer partitions or columns, or raise the maximum.";
    UNKNOWN_DATASET = "R045", "unknown dataset or project",
        "BigQuery has no such dataset or project, or has it in another location than the one where the job ran.";
    JOB_STOPPED = "R046", "a job was stopped",
        "Somebody or a time limit ended the job on BigQuery before it was done.";
    ENGINE_FAILED = "R047", "BigQuery failed for a reason of its own",
        "The service could not answer; the same statement may well succeed later.";
    METADATA_CONFLICT = "R048", "a table's description kept changing",
        "Somebody else changed the table each time its description or labels were to be written. Run again.";
    STORAGE_FAILED = "R050", "files cannot be stored or read",
        "A folder on this machine or in Cloud Storage could not be reached, read or written; the message has the reason. Cloud Storage is asked with Application Default Credentials, or without any where `STORAGE_EMULATOR_HOST` names another storage.";

    // Unit tests
    UNIT_TEST_FAILED = "T001", "a unit test found other rows",
        "The tested query, run over the test's inputs, gives other rows or columns than the test expects. The lines below show them: `-` is expected, `+` is given.";
    UNIT_TEST_ODD = "T002", "a unit test with something odd",
        "The test has an input that the tested query does not read, or its columns come in another order than expected. The test counts all the same.";

    // Lineage
    OPENLINEAGE_UNSENT = "L001", "OpenLineage events did not arrive",
        "The endpoint or file of `--openlineage` did not take all events of a run, for the reason given. The run itself is not touched by it.";

    // Serving and monitoring
    SERVER_UNPROTECTED = "S001", "a server beyond this machine needs a token",
        "Who reaches the address may deploy models and read the requests that are kept. Give a token with `--token` or in `SQLX_RUN_SERVE_TOKEN`, or listen on `127.0.0.1`.";
    SERVER_RUNS = "S002", "a server runs on this folder",
        "One server at a time keeps the state of a folder. Use the one that runs, whose address the message has, end it, or name another folder with `--folder`.";
    SERVER_NOT_STARTED = "S003", "the server cannot be started",
        "The address cannot be listened on, or the folder of the state cannot be read or written, as the message says. A state file that is not valid is left as it is.";
    SERVER_STATE_UNREADABLE = "S004", "what the server keeps cannot be read",
        "The folder of the state is missing or was written by another version, or the server that runs on it does not answer, as the message says.";

    // Usage
    SELECTOR_INVALID = "U006", "a selector cannot be understood",
        "An expression of `--select` or `--exclude` does not parse, or names a method that there is not. The message points at the place; `docs/selection.md` has the language.";
    COMPARISON_UNREADABLE = "U007", "there is nothing to compare with",
        "A selector asks what changed since a saved graph, a Git revision or a run, and that cannot be read, as the message says.";
    OVER_BUDGET = "U008", "the run would cost more than it may",
        "BigQuery's estimate for the selected actions is above `--max-cost`. Select less, or allow more. Nothing was run.";
    NOTHING_SELECTED = "U001", "nothing is selected",
        "No action of the project matches the selection.";
    USAGE = "U002", "wrong usage",
        "An argument is missing or not valid; see `--help`.";
    OUTPUT_UNWRITABLE = "U003", "an output file cannot be written",
        "The path is not writable, or would overwrite something that is already there.";
    INSTALL_FAILED = "U004", "packages cannot be installed",
        "`package.json` is not valid, or npm is missing or failed, as the message says.";
    FORMAT_FAILED = "U005", "a file cannot be formatted",
        "The file cannot be read or written, or laying it out would not be safe, as the message says; it is left as it is.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut ids: Vec<_> = ALL.iter().map(|code| code.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }
}
