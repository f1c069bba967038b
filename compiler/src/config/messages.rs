//! The keys of every object that settings files and action configs consist of

use super::verify::Field::{Enum, List, Map, Message as One, Messages as Many, Scalar, Struct};
pub use super::verify::Message;

/// `workflow_settings.yaml`
pub static WORKFLOW_SETTINGS: Message = Message {
    name: "WorkflowSettings",
    fields: &[
        ("dataformCoreVersion", Scalar),
        ("defaultProject", Scalar),
        ("defaultDataset", Scalar),
        ("defaultLocation", Scalar),
        ("defaultAssertionDataset", Scalar),
        ("vars", Map),
        ("projectSuffix", Scalar),
        ("datasetSuffix", Scalar),
        ("namePrefix", Scalar),
        (
            "defaultNotebookRuntimeOptions",
            One(&NOTEBOOK_RUNTIME_OPTIONS),
        ),
        ("builtinAssertionNamePrefix", Scalar),
        ("defaultIcebergConfig", One(&ICEBERG_DEFAULTS)),
        ("disableAssertions", Scalar),
        ("defaultReservation", Scalar),
        ("extension", One(&EXTENSION)),
        ("includeTestsInCompiledGraph", Scalar),
        ("preserveGovernanceControls", Scalar),
        ("lineage", One(&LINEAGE)),
    ],
};

/// `dataform.json`
pub static PROJECT_CONFIG: Message = Message {
    name: "ProjectConfig",
    fields: &[
        ("warehouse", Scalar),
        ("defaultSchema", Scalar),
        ("assertionSchema", Scalar),
        ("schemaSuffix", Scalar),
        ("defaultDatabase", Scalar),
        ("tablePrefix", Scalar),
        ("vars", Map),
        ("databaseSuffix", Scalar),
        ("defaultLocation", Scalar),
        (
            "defaultNotebookRuntimeOptions",
            One(&NOTEBOOK_RUNTIME_OPTIONS),
        ),
        ("builtinAssertionNamePrefix", Scalar),
        ("defaultIcebergConfig", One(&ICEBERG_DEFAULTS)),
        ("disableAssertions", Scalar),
        ("defaultReservation", Scalar),
        ("includeTestsInCompiledGraph", Scalar),
        ("preserveGovernanceControls", Scalar),
        ("lineageEnabled", Scalar),
    ],
};

static NOTEBOOK_RUNTIME_OPTIONS: Message = Message {
    name: "NotebookRuntimeOptionsConfig",
    fields: &[
        ("outputBucket", Scalar),
        ("runtimeTemplateName", Scalar),
        ("repositorySnapshotDestination", One(&REPOSITORY_SNAPSHOT)),
    ],
};

static REPOSITORY_SNAPSHOT: Message = Message {
    name: "RepositorySnapshotDestinationConfig",
    fields: &[("repositorySnapshotUri", Scalar)],
};

static ICEBERG_DEFAULTS: Message = Message {
    name: "DefaultIcebergConfig",
    fields: &[
        ("bucketName", Scalar),
        ("tableFolderRoot", Scalar),
        ("tableFolderSubpath", Scalar),
        ("connection", Scalar),
    ],
};

static EXTENSION: Message = Message {
    name: "Extension",
    fields: &[
        ("name", Scalar),
        ("compilationMode", Scalar),
        ("options", Map),
    ],
};

static LINEAGE: Message = Message {
    name: "Lineage",
    fields: &[("enabled", Scalar)],
};

/// `actions.yaml`
pub static ACTION_CONFIGS: Message = Message {
    name: "ActionConfigs",
    fields: &[("actions", Many(&ACTION_CONFIG))],
};

/// One of the `actions`
pub static ACTION_CONFIG: Message = Message {
    name: "ActionConfig",
    fields: &[
        ("table", One(&TABLE)),
        ("view", One(&VIEW)),
        ("incrementalTable", One(&INCREMENTAL_TABLE)),
        ("assertion", One(&ASSERTION)),
        ("operation", One(&OPERATION)),
        ("declaration", One(&DECLARATION)),
        ("notebook", One(&NOTEBOOK)),
        ("dataPreparation", One(&DATA_PREPARATION)),
    ],
};

static TARGET: Message = Message {
    name: "ActionConfig-Target",
    fields: &[
        ("project", Scalar),
        ("dataset", Scalar),
        ("name", Scalar),
        ("includeDependentAssertions", Scalar),
    ],
};

static COLUMN: Message = Message {
    name: "ActionConfig-ColumnDescriptor",
    fields: &[
        ("path", List),
        ("description", Scalar),
        ("bigqueryPolicyTags", List),
        ("tags", List),
    ],
};

static TABLE_ASSERTIONS: Message = Message {
    name: "ActionConfig-TableAssertionsConfig",
    fields: &[
        ("uniqueKey", List),
        ("uniqueKeys", Many(&UNIQUE_KEY)),
        ("nonNull", List),
        ("rowConditions", List),
    ],
};

static UNIQUE_KEY: Message = Message {
    name: "ActionConfig-TableAssertionsConfig-UniqueKey",
    fields: &[("uniqueKey", List)],
};

static ICEBERG: Message = Message {
    name: "ActionConfig-IcebergTableConfig",
    fields: &[
        ("fileFormat", Enum),
        ("connection", Scalar),
        ("bucketName", Scalar),
        ("tableFolderRoot", Scalar),
        ("tableFolderSubpath", Scalar),
    ],
};

static METADATA: Message = Message {
    name: "ActionConfig-Metadata",
    fields: &[("overview", Scalar), ("extraProperties", Struct)],
};

/// A table's config
pub static TABLE: Message = Message {
    name: "ActionConfig-TableConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("preOperations", List),
        ("postOperations", List),
        ("description", Scalar),
        ("columns", Many(&COLUMN)),
        ("partitionBy", Scalar),
        ("partitionExpirationDays", Scalar),
        ("requirePartitionFilter", Scalar),
        ("clusterBy", List),
        ("labels", Map),
        ("additionalOptions", Map),
        ("dependOnDependencyAssertions", Scalar),
        ("assertions", One(&TABLE_ASSERTIONS)),
        ("hermetic", Scalar),
        ("iceberg", One(&ICEBERG)),
        ("metadata", One(&METADATA)),
        ("reservation", Scalar),
        ("preserveGovernanceControls", Scalar),
    ],
};

/// A view's config
pub static VIEW: Message = Message {
    name: "ActionConfig-ViewConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("preOperations", List),
        ("postOperations", List),
        ("materialized", Scalar),
        ("partitionBy", Scalar),
        ("clusterBy", List),
        ("description", Scalar),
        ("columns", Many(&COLUMN)),
        ("labels", Map),
        ("additionalOptions", Map),
        ("dependOnDependencyAssertions", Scalar),
        ("hermetic", Scalar),
        ("assertions", One(&TABLE_ASSERTIONS)),
        ("metadata", One(&METADATA)),
        ("reservation", Scalar),
    ],
};

/// An incremental table's config
pub static INCREMENTAL_TABLE: Message = Message {
    name: "ActionConfig-IncrementalTableConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("preOperations", List),
        ("postOperations", List),
        ("protected", Scalar),
        ("uniqueKey", List),
        ("description", Scalar),
        ("columns", Many(&COLUMN)),
        ("partitionBy", Scalar),
        ("partitionExpirationDays", Scalar),
        ("requirePartitionFilter", Scalar),
        ("updatePartitionFilter", Scalar),
        ("clusterBy", List),
        ("labels", Map),
        ("additionalOptions", Map),
        ("dependOnDependencyAssertions", Scalar),
        ("assertions", One(&TABLE_ASSERTIONS)),
        ("hermetic", Scalar),
        ("onSchemaChange", Enum),
        ("iceberg", One(&ICEBERG)),
        ("metadata", One(&METADATA)),
        ("reservation", Scalar),
        ("incrementalPredicates", List),
        ("incrementalStrategy", Enum),
        ("preserveGovernanceControls", Scalar),
    ],
};

/// An assertion's config
pub static ASSERTION: Message = Message {
    name: "ActionConfig-AssertionConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("description", Scalar),
        ("hermetic", Scalar),
        ("dependOnDependencyAssertions", Scalar),
        ("reservation", Scalar),
        ("metadata", One(&METADATA)),
    ],
};

/// An operation's config
pub static OPERATION: Message = Message {
    name: "ActionConfig-OperationConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("hasOutput", Scalar),
        ("description", Scalar),
        ("columns", Many(&COLUMN)),
        ("dependOnDependencyAssertions", Scalar),
        ("hermetic", Scalar),
        ("reservation", Scalar),
    ],
};

/// A declaration's config
pub static DECLARATION: Message = Message {
    name: "ActionConfig-DeclarationConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("description", Scalar),
        ("columns", Many(&COLUMN)),
        ("filename", Scalar),
        ("tags", List),
    ],
};

/// A notebook's config
pub static NOTEBOOK: Message = Message {
    name: "ActionConfig-NotebookConfig",
    fields: &[
        ("name", Scalar),
        ("location", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("description", Scalar),
        ("dependOnDependencyAssertions", Scalar),
    ],
};

/// A data preparation's config
pub static DATA_PREPARATION: Message = Message {
    name: "ActionConfig-DataPreparationConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("dependencyTargets", Many(&TARGET)),
        ("filename", Scalar),
        ("tags", List),
        ("disabled", Scalar),
        ("description", Scalar),
        ("errorTable", One(&ERROR_TABLE)),
        ("loadMode", One(&LOAD_MODE)),
    ],
};

static ERROR_TABLE: Message = Message {
    name: "ActionConfig-DataPreparationConfig-ErrorTableConfig",
    fields: &[
        ("name", Scalar),
        ("dataset", Scalar),
        ("project", Scalar),
        ("retentionDays", Scalar),
    ],
};

static LOAD_MODE: Message = Message {
    name: "ActionConfig-LoadModeConfig",
    fields: &[
        ("mode", Enum),
        ("incrementalColumn", Scalar),
        ("uniqueKey", List),
    ],
};
