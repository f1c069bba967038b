//! A model and a second version of it

use google_cloud_aiplatform_v1::model::{Model, ModelContainerSpec};
use google_cloud_gax::paginator::ItemPaginator;
use google_cloud_lro::Poller;

use crate::clients::{Clients, PARENT};
use crate::report::{Report, expect, refused};

/// The model's name
pub fn model() -> String {
    format!("{PARENT}/models/churn")
}

/// Uploads the model and the version, and finds them again
pub async fn register(clients: &Clients, report: &mut Report, baseline: &str, transformed: &str) {
    let models = &clients.models;
    report
        .call("upload_model", async {
            let answer = models
                .upload_model()
                .set_parent(PARENT)
                .set_model_id("churn")
                .set_model(described(baseline).set_labels([("team", "growth")]))
                .poller()
                .until_done()
                .await?;
            expect(answer.model_version_id == "1", answer)
        })
        .await;
    report
        .call("upload_model, a version of it", async {
            let answer = models
                .upload_model()
                .set_parent(PARENT)
                .set_parent_model(model())
                .set_model(described(transformed).set_version_aliases(["challenger"]))
                .poller()
                .until_done()
                .await?;
            expect(answer.model_version_id == "2", answer)
        })
        .await;
    report
        .call("get_model by id and alias", async {
            let default = models.get_model().set_name(model()).send().await?;
            expect(default.version_id == "1", default)?;
            let name = format!("{}@challenger", model());
            let version = models.get_model().set_name(name).send().await?;
            expect(version.version_id == "2", version)
        })
        .await;
    report
        .call("list_models", async {
            let mut items = models.list_models().set_parent(PARENT).by_item();
            let mut found = Vec::new();
            while let Some(item) = items.next().await {
                found.push(item?.display_name);
            }
            expect(found == ["churn"], found)
        })
        .await;
    report
        .call("list_model_versions, a page for each", async {
            let mut items = models
                .list_model_versions()
                .set_name(model())
                .set_page_size(1)
                .by_item();
            let mut found = Vec::new();
            while let Some(item) = items.next().await {
                found.push(item?.version_id);
            }
            found.sort();
            expect(found == ["1", "2"], found)
        })
        .await;
    report
        .call("merge_version_aliases", async {
            let name = format!("{}@2", model());
            let merge = models.merge_version_aliases().set_name(name);
            let answer = merge.set_version_aliases(["best"]).send().await?;
            let has = answer.version_aliases.iter().any(|alias| alias == "best");
            expect(has, answer)
        })
        .await;
}

/// Deletes the version, then the model
pub async fn delete(clients: &Clients, report: &mut Report) {
    let models = &clients.models;
    report
        .call("delete_model_version", async {
            let name = format!("{}@2", model());
            let delete = models.delete_model_version().set_name(name);
            Ok(delete.poller().until_done().await?)
        })
        .await;
    report
        .call("delete_model", async {
            let delete = models.delete_model().set_name(model());
            delete.poller().until_done().await?;
            let left = models.list_models().set_parent(PARENT).send().await?;
            expect(left.models.is_empty(), left)
        })
        .await;
}

/// That a deployed model is not deleted
pub async fn keep(clients: &Clients, report: &mut Report) {
    report
        .call("delete_model of a deployed model is refused", async {
            let delete = clients.models.delete_model().set_name(model());
            refused(delete.poller().until_done().await)
        })
        .await;
}

fn described(folder: &str) -> Model {
    Model::new()
        .set_display_name("churn")
        .set_artifact_uri(folder)
        .set_container_spec(ModelContainerSpec::new().set_image_uri("example.com/image"))
}
