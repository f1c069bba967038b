"""Whether KFP and the SDK of Vertex AI take a pipeline; gives its tasks with their components and dependencies"""

import json
import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform
from google.protobuf import json_format
from kfp import components
from kfp.pipeline_spec import pipeline_spec_pb2

path = sys.argv[1]
with open(path) as file:
    spec = json.load(file)

# unknown fields are refused
parsed = json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
deployment = json_format.ParseDict(
    spec["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig()
)
for name, component in parsed.components.items():
    assert component.executor_label in deployment.executors, name
for name, task in parsed.root.dag.tasks.items():
    component = parsed.components[task.component_ref.name]
    known = set(component.input_definitions.parameters)
    assert set(task.inputs.parameters) <= known, name
    needed = {key for key, it in component.input_definitions.parameters.items() if not it.is_optional}
    assert needed <= set(task.inputs.parameters), (name, needed)
    artifacts = component.input_definitions.artifacts
    assert set(task.inputs.artifacts) <= set(artifacts), name
    assert {key for key, it in artifacts.items() if not it.is_optional} <= set(task.inputs.artifacts), name
    for other in task.dependent_tasks:
        assert other in parsed.root.dag.tasks, (name, other)
    for artifact in task.inputs.artifacts.values():
        produced = artifact.task_output_artifact
        assert produced.producer_task in task.dependent_tasks, name
        producer = parsed.components[parsed.root.dag.tasks[produced.producer_task].component_ref.name]
        assert produced.output_artifact_key in producer.output_definitions.artifacts, name

components.load_component_from_file(path)

aiplatform.init(project="p", location="us-central1", credentials=AnonymousCredentials())
aiplatform.PipelineJob(
    display_name="check", template_path=path, pipeline_root="gs://bucket/root", enable_caching=False
)

# what a container gets as JSON is JSON, once the inputs are put into it
for name, executor in deployment.executors.items():
    for argument in executor.container.args:
        if argument.startswith('{"'):
            json.loads(argument)

tasks = {
    name: {
        "component": task["componentRef"]["name"].removeprefix("comp-"),
        "after": sorted(task.get("dependentTasks", [])),
    }
    for name, task in spec["root"]["dag"]["tasks"].items()
}
print(json.dumps(tasks))
