package io.kumiki.localcluster.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.InstalledPythons;
import io.kumiki.localcluster.node.process.Isolation;
import io.kumiki.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodRulesTest {
    private static PodRules rules(Isolation isolation, long uid) {
        ImageTable images = new ImageTable(InstalledPythons.in(List.of()), List.of("kumiki/x"), List.of());
        return new PodRules(images, isolation, Path.of("/data/steps"), uid, uid);
    }

    private static JsonNode pod(String spec) {
        return Json.object().set("spec", Json.parse(spec.replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'hostPID':true}|hostPID",
                "{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}|--mount",
                "{'volumes':[{'name':'v','nfs':{'server':'x'}}]}|nfs",
                "{'containers':[{'name':'c','image':'ubuntu'}]}|ubuntu",
                "{'containers':[{'name':'c','image':'bash','securityContext':{'privileged':true}}]}|privileged",
                "{'containers':[{'name':'c','image':'kumiki/x','readinessProbe':{'exec':{'command':['a']}}}]}|readinessProbe.exec",
                "{'containers':[{'name':'c','image':'bash','lifecycle':{'preStop':{'tcpSocket':{'port':1}}}}]}|lifecycle.preStop.tcpSocket",
                "{'containers':[{'name':'c','image':'bash','lifecycle':{'stopSignal':'SIGUSR1'}}]}|SIGUSR1",
                "{'containers':[{'name':'c','image':'kumiki/x','tty':true}]}|tty",
                "{'containers':[{'name':'c','image':'bash','volumeDevices':[{'name':'v'}]}]}|volumeDevices",
            })
    void refusedByName(String spec, String word) {
        assertThat(rules(Isolation.UNSHARE, 0).refusals(pod(spec)))
                .singleElement()
                .asString()
                .contains(word);
    }

    @Test
    void everythingAtOnce() {
        assertThat(
                        rules(Isolation.UNSHARE, 0)
                                .refusals(
                                        pod(
                                                "{'hostIPC':true,'volumes':[{'name':'v','hostPath':{}}],'containers':[{'name':'c','image':'ubuntu'},{'name':'d','image':'debian'}]}")))
                .hasSize(4);
    }

    @Test
    void plainModeProvidesOnlyItsOwnPaths() {
        String mounts =
                "{'volumes':[{'name':'w','emptyDir':{}}],'containers':[{'name':'c','image':'bash','volumeMounts':[{'name':'w','mountPath':'%s'}]}]}";
        PodRules plain = rules(Isolation.PLAIN, 1000);
        for (String provided : List.of("/data/steps/r/t", "/tmp", "/dev/shm", PodMounts.IDENTITY)) {
            assertThat(plain.refusals(pod(mounts.formatted(provided))))
                    .as(provided)
                    .isEmpty();
        }
        for (String refused : List.of("/minio", "/data/steps/../../etc", "/data/stepsx", "/")) {
            assertThat(plain.refusals(pod(mounts.formatted(refused))))
                    .as(refused)
                    .singleElement()
                    .asString()
                    .contains("mountPath " + refused);
        }
        assertThat(rules(Isolation.UNSHARE, 1000).refusals(pod(mounts.formatted("/minio"))))
                .isEmpty();
    }

    @Test
    void whatAProcessDoesNotGetIsNamed() {
        PodRules rules = rules(Isolation.UNSHARE_USER, 1000);
        String pod = """
                        {"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}},"containers":[
                          {"name":"a","image":"busybox","securityContext":{"readOnlyRootFilesystem":true,
                            "capabilities":{"drop":["ALL"]},"allowPrivilegeEscalation":false}},
                          {"name":"b","image":"busybox","securityContext":{"seccompProfile":{"type":"Unconfined"},
                            "readOnlyRootFilesystem":false,"allowPrivilegeEscalation":true}}]}""";
        String without = "container \"a\" runs as a process of this machine without its securityContext.seccompProfile";
        String noTool = Files.isExecutable(Path.of("/usr/bin/setpriv")) ? "" : ", allowPrivilegeEscalation";
        assertThat(rules.unheeded(pod(pod)))
                .containsExactly(without + ", capabilities, readOnlyRootFilesystem" + noTool);
        assertThat(rules(Isolation.UNSHARE, 0).unheeded(pod(pod)))
                .containsExactly(without + (noTool.isEmpty() ? "" : ", capabilities" + noTool));
        assertThat(rules(Isolation.UNSHARE, 0)
                        .unheeded(pod("{'containers':[{'name':'a','image':'bash','securityContext':{'capabilities':"
                                + "{'drop':['EVERYTHING']}}}]}")))
                .singleElement()
                .asString()
                .endsWith("capabilities");
        assertThat(rules.unheeded(pod("{'runtimeClassName':'gvisor','containers':[]}".replace('\'', '"'))))
                .containsExactly("runtimeClassName \"gvisor\": this node knows one runtime only, its own");
    }

    @Test
    void fieldsThatAreReadOverAreToldByName() {
        String pod = """
                {"dnsPolicy":"None","dnsConfig":{"nameservers":["1.1.1.1"]},"setHostnameAsFQDN":true,"hostUsers":false,
                 "securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"}]},
                 "containers":[{"name":"a","image":"bash","ports":[{"containerPort":80,"hostPort":8080},{"containerPort":81,
                 "hostPort":81}],"volumeMounts":[{"name":"v","mountPath":"/v","mountPropagation":"HostToContainer"},
                 {"name":"v","mountPath":"/w","mountPropagation":"None"}]}]}""";
        assertThat(rules(Isolation.UNSHARE, 0).unheeded(pod(pod)))
                .satisfiesExactly(
                        each -> assertThat(each).startsWith("securityContext.sysctls net.core.somaxconn: "),
                        each -> assertThat(each).startsWith("dnsPolicy and dnsConfig: "),
                        each -> assertThat(each).startsWith("setHostnameAsFQDN: "),
                        each -> assertThat(each).startsWith("hostUsers false: "),
                        each -> assertThat(each).startsWith("container \"a\": hostPort 8080 "),
                        each -> assertThat(each)
                                .startsWith("container \"a\": mountPropagation HostToContainer of /v "));
        assertThat(rules(Isolation.UNSHARE, 0)
                        .unheeded(pod("{\"dnsPolicy\":\"ClusterFirst\",\"hostUsers\":true,\"containers\":[]}")))
                .isEmpty();
    }

    @Test
    void usersNeedRootUnlessTheyAreOurs() {
        String user = "{'securityContext':{'runAsUser':%d,'fsGroup':%d},'containers':[]}";
        assertThat(rules(Isolation.UNSHARE, 0).refusals(pod(user.formatted(7, 8))))
                .isEmpty();
        assertThat(rules(Isolation.PLAIN, 1000).refusals(pod(user.formatted(1000, 1000))))
                .isEmpty();
        assertThat(rules(Isolation.PLAIN, 1000).refusals(pod(user.formatted(7, 8))))
                .hasSize(2);
    }
}
