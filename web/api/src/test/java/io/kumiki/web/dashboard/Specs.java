package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.yaml.Yaml;

/// Small pipelines as the SDK compiles them.
public final class Specs {
    private Specs() {}

    /// prepare → train, with an input of every kind a form shows; and a loop over train's twin.
    public static JsonNode chain() {
        return Yaml.document("""
                pipelineInfo: {name: chain}
                schemaVersion: 2.1.0
                sdkVersion: kfp-2.17.0
                deploymentSpec:
                  executors:
                    exec-prepare: {container: {image: 'python:3.11', command: [sh, -c], args: ['true']}}
                    exec-train: {container: {image: 'python:3.11', command: [sh, -c], args: ['true']}}
                components:
                  comp-prepare:
                    executorLabel: exec-prepare
                    inputDefinitions: {parameters: {rows: {parameterType: NUMBER_INTEGER}}}
                    outputDefinitions: {artifacts: {data: {artifactType: {schemaTitle: system.Dataset, schemaVersion: 0.0.1}}}}
                  comp-train:
                    executorLabel: exec-train
                    inputDefinitions: {artifacts: {data: {artifactType: {schemaTitle: system.Dataset, schemaVersion: 0.0.1}}}}
                  comp-each:
                    executorLabel: exec-train
                    inputDefinitions: {artifacts: {data: {artifactType: {schemaTitle: system.Dataset, schemaVersion: 0.0.1}}}}
                  comp-for-loop-1:
                    inputDefinitions:
                      artifacts: {data: {artifactType: {schemaTitle: system.Dataset, schemaVersion: 0.0.1}}}
                      parameters: {item: {parameterType: NUMBER_INTEGER}}
                    dag:
                      tasks:
                        each:
                          taskInfo: {name: each}
                          componentRef: {name: comp-each}
                          inputs: {artifacts: {data: {componentInputArtifact: data}}}
                root:
                  inputDefinitions:
                    parameters:
                      epochs: {parameterType: NUMBER_INTEGER, defaultValue: 3, description: How often}
                      name: {parameterType: STRING}
                  dag:
                    tasks:
                      prepare:
                        taskInfo: {name: prepare}
                        componentRef: {name: comp-prepare}
                        inputs: {parameters: {rows: {componentInputParameter: epochs}}}
                      train:
                        taskInfo: {name: train}
                        componentRef: {name: comp-train}
                        dependentTasks: [prepare]
                        inputs: {artifacts: {data: {taskOutputArtifact: {producerTask: prepare, outputArtifactKey: data}}}}
                      for-loop-1:
                        taskInfo: {name: for-loop-1}
                        componentRef: {name: comp-for-loop-1}
                        dependentTasks: [prepare]
                        inputs: {artifacts: {data: {taskOutputArtifact: {producerTask: prepare, outputArtifactKey: data}}}}
                        parameterIterator: {itemInput: item, items: {raw: '[1, 2, 3]'}}
                """);
    }
}
