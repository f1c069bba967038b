"""Calls of the official Python SDK for Vertex AI to a server on this machine; a line of JSON for each.

Arguments: the server's address, that of a Cloud Storage on this machine, the folder of a model, the folder of
another version, a compiled pipeline.
"""

import json
import os
import sys
import time
import traceback

address, storage_address, baseline, transformed, pipeline = sys.argv[1:6]
os.environ["STORAGE_EMULATOR_HOST"] = storage_address
# the SDK tells on standard output what it does
answers, sys.stdout = sys.stdout, sys.stderr

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform, storage
from google.cloud.aiplatform import gapic, model_monitoring

storage.Client(project="shop", credentials=AnonymousCredentials()).create_bucket("models")
aiplatform.init(
    project="shop",
    location="us-central1",
    staging_bucket="gs://models",
    api_endpoint=address,
    api_transport="rest",
    credentials=AnonymousCredentials(),
)
IMAGE = "us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest"
INSTANCE = {"country": "Japan", "os": "ios", "minutes": 10, "levels": 3}
made = {}


def call(name):
    def run(function):
        begun = time.monotonic()
        try:
            made[name] = function()
            error = None
        except Exception:  # whatever a client meets is a finding
            error = traceback.format_exc()
        seconds = round(time.monotonic() - begun, 3)
        print(json.dumps({"call": name, "seconds": seconds, "error": error}), file=answers, flush=True)

    return run


def expect(condition, found):
    if not condition:
        raise AssertionError(f"found {found}")


@call("Model.upload")
def _():
    model = aiplatform.Model.upload(
        display_name="churn",
        model_id="sdk_churn",
        artifact_uri=baseline,
        serving_container_image_uri=IMAGE,
        labels={"team": "growth"},
    )
    expect(model.version_id == "1" and "default" in model.version_aliases, model.to_dict())
    return model


@call("Model.upload, a version of it")
def _():
    model = aiplatform.Model.upload(
        display_name="churn",
        parent_model="sdk_churn",
        is_default_version=False,
        version_aliases=["challenger"],
        artifact_uri=transformed,
        serving_container_image_uri=IMAGE,
    )
    expect(model.version_id == "2", model.to_dict())
    return model


@call("Model by id, version and alias")
def _():
    expect(aiplatform.Model("sdk_churn").version_id == "1", "another default")
    expect(aiplatform.Model("sdk_churn@challenger").version_id == "2", "another version")
    expect(aiplatform.Model("sdk_churn", version="2").version_id == "2", "another version")


@call("Model.list")
def _():
    found = aiplatform.Model.list(filter='display_name="churn"', order_by="create_time desc")
    expect([model.name for model in found] == ["sdk_churn"], found)


@call("Model.update")
def _():
    model = made["Model.upload"].update(description="who leaves", labels={"owner": "ada"})
    expect(model.description == "who leaves" and model.labels == {"owner": "ada"}, model.to_dict())


@call("ModelRegistry.list_versions")
def _():
    versions = made["Model.upload"].versioning_registry.list_versions()
    expect(sorted(version.version_id for version in versions) == ["1", "2"], versions)


@call("ModelRegistry.add_version_aliases")
def _():
    registry = made["Model.upload"].versioning_registry
    registry.add_version_aliases(["best"], "2")
    expect("best" in registry.get_version_info("2").version_aliases, registry.list_versions())
    registry.remove_version_aliases(["best"], "2")


@call("Endpoint.create")
def _():
    return aiplatform.Endpoint.create(display_name="churn", labels={"team": "growth"})


@call("Endpoint.deploy")
def _():
    endpoint = made["Endpoint.create"]
    endpoint.deploy(
        made["Model.upload"],
        deployed_model_display_name="baseline",
        machine_type="n1-standard-2",
        min_replica_count=1,
        max_replica_count=1,
        traffic_percentage=100,
    )
    expect(list(endpoint.traffic_split.values()) == [100], endpoint.traffic_split)


@call("Endpoint.deploy, half of the traffic")
def _():
    endpoint = made["Endpoint.create"]
    endpoint.deploy(
        made["Model.upload, a version of it"],
        deployed_model_display_name="challenger",
        machine_type="n1-standard-2",
        traffic_percentage=50,
    )
    expect(sorted(endpoint.traffic_split.values()) == [50, 50], endpoint.traffic_split)


@call("Endpoint.list and list_models")
def _():
    found = aiplatform.Endpoint.list(filter='display_name="churn"')
    expect(len(found) == 1, found)
    models = found[0].list_models()
    expect(sorted(model.display_name for model in models) == ["baseline", "challenger"], models)


@call("Endpoint.predict")
def _():
    answers = [made["Endpoint.create"].predict(instances=[INSTANCE]) for _ in range(10)]
    expect(len({answer.deployed_model_id for answer in answers}) == 2, answers)
    first = answers[0]
    expect(first.predictions[0]["churned_values"] == ["1", "0"], first)
    expect(abs(sum(first.predictions[0]["churned_probs"]) - 1) < 1e-12, first)
    expect(first.model_resource_name.endswith("/models/sdk_churn"), first)


@call("Endpoint.explain")
def _():
    endpoint = made["Endpoint.create"]
    baseline = next(m for m in endpoint.list_models() if m.display_name == "baseline")
    answer = endpoint.explain(instances=[INSTANCE], deployed_model_id=baseline.id)
    attributions = answer.explanations[0].attributions[0].feature_attributions
    expect(set(attributions) == set(INSTANCE), attributions)


@call("PredictionServiceClient.predict")
def _():
    client = gapic.PredictionServiceClient(
        transport=gapic.PredictionServiceClient.get_transport_class("rest")(
            host=address.removeprefix("http://"),
            url_scheme="http",
            credentials=AnonymousCredentials(),
        )
    )
    answer = client.predict(
        endpoint=made["Endpoint.create"].resource_name, instances=[INSTANCE]
    )
    expect(len(answer.predictions) == 1, answer)


@call("Endpoint.predict refuses what does not fit")
def _():
    from google.api_core.exceptions import BadRequest

    try:
        made["Endpoint.create"].predict(instances=[{"minutes": "many"}])
    except BadRequest:
        return
    raise AssertionError("it is answered")


@call("Endpoint.update, another split")
def _():
    endpoint = made["Endpoint.create"]
    first, second = (model.id for model in endpoint.list_models())
    endpoint.update(traffic_split={first: 20, second: 80}, description="who leaves")
    expect(sorted(endpoint.traffic_split.values()) == [20, 80], endpoint.traffic_split)


@call("ModelDeploymentMonitoringJob.create")
def _():
    drift = model_monitoring.DriftDetectionConfig(drift_thresholds={"country": 0.2, "minutes": 0.2})
    job = aiplatform.ModelDeploymentMonitoringJob.create(
        display_name="watch churn",
        endpoint=made["Endpoint.create"],
        logging_sampling_strategy=model_monitoring.RandomSampleConfig(sample_rate=1.0),
        schedule_config=model_monitoring.ScheduleConfig(monitor_interval=1),
        alert_config=model_monitoring.EmailAlertConfig(user_emails=["ada@example.com"], enable_logging=True),
        objective_configs=model_monitoring.ObjectiveConfig(drift_detection_config=drift),
    )
    expect(job.state.name == "JOB_STATE_RUNNING", job.to_dict())
    return job


@call("ModelDeploymentMonitoringJob.list, update")
def _():
    job = made["ModelDeploymentMonitoringJob.create"]
    found = aiplatform.ModelDeploymentMonitoringJob.list()
    expect([other.name for other in found] == [job.name], found)
    job.update(display_name="watch")
    expect(job.display_name == "watch", job.to_dict())


@call("ModelDeploymentMonitoringJob.pause, resume")
def _():
    job = made["ModelDeploymentMonitoringJob.create"]
    job.pause()
    expect(job.state.name == "JOB_STATE_PAUSED", job.state)
    job.resume()
    expect(job.state.name == "JOB_STATE_RUNNING", job.state)


@call("ModelDeploymentMonitoringJob.search_model_deployment_monitoring_stats_anomalies")
def _():
    job = made["ModelDeploymentMonitoringJob.create"]
    deployed = made["Endpoint.create"].list_models()[0].id
    list(
        job.api_client.search_model_deployment_monitoring_stats_anomalies(
            request={
                "model_deployment_monitoring_job": job.resource_name,
                "deployed_model_id": deployed,
                "objectives": [{"type_": 2}],
            }
        )
    )


@call("ModelDeploymentMonitoringJob.delete")
def _():
    made["ModelDeploymentMonitoringJob.create"].delete()


@call("BatchPredictionJob by JobServiceClient")
def _():
    rows = os.path.join(os.path.dirname(baseline), "rows.jsonl")
    with open(rows, "w") as file:
        file.write(json.dumps(INSTANCE))
    jobs = gapic.JobServiceClient(
        transport=gapic.JobServiceClient.get_transport_class("rest")(
            host=address.removeprefix("http://"),
            url_scheme="http",
            credentials=AnonymousCredentials(),
        )
    )
    job = jobs.create_batch_prediction_job(
        parent="projects/shop/locations/us-central1",
        batch_prediction_job={
            "display_name": "all",
            "model": made["Model.upload"].resource_name,
            "input_config": {"instances_format": "jsonl", "gcs_source": {"uris": [rows]}},
            "output_config": {
                "predictions_format": "jsonl",
                "gcs_destination": {"output_uri_prefix": os.path.dirname(baseline)},
            },
        },
    )
    while not job.end_time:
        job = jobs.get_batch_prediction_job(name=job.name)
    expect(job.state.name == "JOB_STATE_SUCCEEDED", job)


@call("PipelineJob.submit, list, get, cancel, delete")
def _():
    job = aiplatform.PipelineJob(
        display_name="pipeline",
        template_path=pipeline,
        pipeline_root="gs://models/pipelines",
        job_id="sdk-pipeline",
        enable_caching=False,
    )
    job.submit()
    found = aiplatform.PipelineJob.get("sdk-pipeline")
    expect(found.display_name == "pipeline", found.to_dict())
    found.cancel()
    expect(len(aiplatform.PipelineJob.list()) == 1, "another number of pipelines")
    while not aiplatform.PipelineJob.get("sdk-pipeline").done():
        time.sleep(0.1)
    found.delete()


@call("Endpoint.undeploy")
def _():
    endpoint = made["Endpoint.create"]
    challenger = next(m for m in endpoint.list_models() if m.display_name == "challenger")
    rest = next(m for m in endpoint.list_models() if m.display_name == "baseline")
    endpoint.undeploy(challenger.id, traffic_split={rest.id: 100})
    expect(list(endpoint.traffic_split.values()) == [100], endpoint.traffic_split)


@call("Model.delete of a deployed model is refused")
def _():
    from google.api_core.exceptions import BadRequest

    try:
        made["Model.upload"].delete()
    except BadRequest:
        return
    raise AssertionError("it is deleted")


@call("ModelRegistry.delete_version")
def _():
    made["Model.upload"].versioning_registry.delete_version("2")


@call("Endpoint.undeploy_all, delete")
def _():
    endpoint = made["Endpoint.create"]
    endpoint.undeploy_all()
    expect(endpoint.list_models() == [], endpoint.list_models())
    endpoint.delete()
    expect(aiplatform.Endpoint.list() == [], "an endpoint is left")


@call("Model.delete")
def _():
    made["Model.upload"].delete()
    expect(aiplatform.Model.list() == [], "a model is left")
