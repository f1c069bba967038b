//! What to grant to whom where BigQuery denies access

/// The next step after a message that denies access: the role that has the permission, and the command that
/// grants it
pub fn help(message: &str, project: &str, principal: Option<&str>) -> String {
    let permission = permission(message);
    let role = match permission.as_deref() {
        Some(permission) => role_of(permission),
        None => role_by_text(message),
    };
    let project = resource_project(message).unwrap_or(project);
    let member = principal.unwrap_or("user:EMAIL");
    let whom = match principal {
        Some(principal) => format!("`{principal}`"),
        None => "the account that asks (see `gcloud auth list`)".to_owned(),
    };
    let needs = match &permission {
        Some(permission) => format!("{whom} needs the permission `{permission}`"),
        None => format!("{whom} lacks a permission"),
    };
    format!(
        "{needs}, which the role {} has: `gcloud projects add-iam-policy-binding {project} \
         --member='{member}' --role='{}'`",
        role.0, role.1
    )
}

/// A role's name and its id
type Role = (&'static str, &'static str);

const JOB_USER: Role = ("BigQuery Job User", "roles/bigquery.jobUser");
const DATA_VIEWER: Role = ("BigQuery Data Viewer", "roles/bigquery.dataViewer");
const DATA_EDITOR: Role = ("BigQuery Data Editor", "roles/bigquery.dataEditor");
const CONNECTION_USER: Role = ("BigQuery Connection User", "roles/bigquery.connectionUser");
const RESOURCE_EDITOR: Role = ("BigQuery Resource Editor", "roles/bigquery.resourceEditor");
const FINE_GRAINED_READER: Role = (
    "Fine-Grained Reader",
    "roles/datacatalog.categoryFineGrainedReader",
);
const TOKEN_CREATOR: Role = (
    "Service Account Token Creator",
    "roles/iam.serviceAccountTokenCreator",
);

/// Such as `bigquery.tables.getData`, where the message names one
fn permission(message: &str) -> Option<String> {
    message
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.'))
        .map(|word| word.trim_end_matches('.'))
        .find(|word| {
            let known = ["bigquery.", "datacatalog.", "iam.serviceAccounts."];
            known.iter().any(|front| word.starts_with(front))
                && word.split('.').count() == 3
                && !word.ends_with(".com")
        })
        .map(str::to_owned)
}

/// The least role that has a permission
fn role_of(permission: &str) -> Role {
    match permission {
        "bigquery.jobs.create" => JOB_USER,
        "bigquery.tables.get"
        | "bigquery.tables.getData"
        | "bigquery.tables.list"
        | "bigquery.datasets.get"
        | "bigquery.models.getData"
        | "bigquery.models.getMetadata"
        | "bigquery.routines.get"
        | "bigquery.routines.list" => DATA_VIEWER,
        _ if permission.starts_with("bigquery.connections.") => CONNECTION_USER,
        _ if permission.starts_with("bigquery.reservation") => RESOURCE_EDITOR,
        _ if permission.starts_with("datacatalog.") => FINE_GRAINED_READER,
        _ if permission.starts_with("iam.serviceAccounts.") => TOKEN_CREATOR,
        _ => DATA_EDITOR,
    }
}

fn role_by_text(message: &str) -> Role {
    let has = |part: &str| message.contains(part);
    if has("policy tag") {
        FINE_GRAINED_READER
    } else if has("to query table") || has("to query") {
        DATA_VIEWER
    } else if has("onnection") {
        CONNECTION_USER
    } else if has("Access Denied: Project") {
        JOB_USER
    } else {
        DATA_EDITOR
    }
}

/// The project of `Table p:d.t`, `Dataset p:d` or `Project p`
fn resource_project(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("Access Denied: ")?;
    let (kind, rest) = rest.split_once(' ')?;
    let name = rest.split([' ', ',']).next()?.trim_end_matches(':');
    let project = match kind {
        // a project of a domain has a colon of its own
        "Table" | "Dataset" | "Model" | "Routine" | "View" => name.rsplit_once(':')?.0,
        "Project" => name,
        _ => return None,
    };
    Some(project).filter(|project| !project.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_denial_names_its_role_and_project() {
        for (message, role, project) in [
            (
                "Access Denied: Project p1: User does not have bigquery.jobs.create permission in project p1.",
                "roles/bigquery.jobUser",
                "p1",
            ),
            (
                "Access Denied: Table other:d.t: User does not have permission to query table other:d.t, or perhaps it does not exist.",
                "roles/bigquery.dataViewer",
                "other",
            ),
            (
                "Access Denied: Dataset p1:d: Permission bigquery.tables.create denied on dataset p1:d (or it may not exist).",
                "roles/bigquery.dataEditor",
                "p1",
            ),
            (
                "Access Denied: Connection p1.eu.c: User does not have bigquery.connections.use permission for connection c",
                "roles/bigquery.connectionUser",
                "home",
            ),
            (
                "Access Denied: BigQuery BigQuery: User has neither fine-grained reader nor masked get permission to get data protected by policy tag \"t : c\" on column d.t.c.",
                "roles/datacatalog.categoryFineGrainedReader",
                "home",
            ),
        ] {
            let told = help(message, "home", Some("serviceAccount:a@p.iam"));
            assert!(told.contains(role), "{told}");
            let command =
                format!("add-iam-policy-binding {project} --member='serviceAccount:a@p.iam'");
            assert!(told.contains(&command), "{told}");
        }
    }
}
