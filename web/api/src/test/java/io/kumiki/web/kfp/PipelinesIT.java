package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import io.kumiki.web.kfp.KfpServer.Reply;
import io.kumiki.web.kfp.upload.Archives;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelinesIT {
    private static final String ECHO = Specs.echo("echo", "alpine");

    private KfpServer kfp;

    @BeforeEach
    void start(@TempDir Path folder) {
        kfp = new KfpServer(folder, ImageCheck.ANYTHING, (run, task, follow) -> Optional.empty());
    }

    @AfterEach
    void stop() {
        kfp.close();
    }

    @Test
    void anUploadMakesAPipelineAndAVersionOfTheSameName() {
        Reply made = kfp.upload(
                "/pipelines/upload?name=my+pipe&description=d&namespace=&tags=" + encoded("{\"team\":\"ml\"}"),
                "p.yaml",
                Specs.bytes(ECHO));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.at("/name")).isEqualTo("my pipe");
        assertThat(made.at("/display_name")).isEqualTo("my pipe");
        assertThat(made.at("/tags/team")).isEqualTo("ml");
        String id = made.at("/pipeline_id");
        Reply versions = kfp.get("/pipelines/" + id + "/versions");
        assertThat(versions.at("/pipeline_versions/0/name")).isEqualTo("my pipe");
        assertThat(versions.json().at("/pipeline_versions/0/pipeline_spec").toString())
                .isEqualTo(Json.parse(ECHO).toString());
        Reply version =
                kfp.get("/pipelines/" + id + "/versions/" + versions.at("/pipeline_versions/0/pipeline_version_id"));
        assertThat(version.json()).isEqualTo(versions.json().at("/pipeline_versions/0"));
        assertThat(kfp.get("/pipelines/names/my%20pipe?namespace=kubeflow").json())
                .isEqualTo(made.json());
        assertThat(kfp.get("/pipelines/names/none").status()).isEqualTo(404);
        assertThat(kfp.get(
                                "/pipelines?filter="
                                        + encoded(
                                                "{\"predicates\":[{\"operation\":1,\"key\":\"tags.team\",\"stringValue\":\"ml\"}]}"))
                        .at("/pipelines/0/pipeline_id"))
                .isEqualTo(id);
    }

    @Test
    void twoDocumentsComeBackAsThePair() {
        String yaml = ECHO + "\n---\n" + Specs.PLATFORM + "\n";
        String id = kfp.upload("/pipelines/upload?name=pair", "p.yaml", Specs.bytes(yaml))
                .at("/pipeline_id");
        var spec = kfp.get("/pipelines/" + id + "/versions").json().at("/pipeline_versions/0/pipeline_spec");
        assertThat(spec.path("pipeline_spec").toString())
                .isEqualTo(Json.parse(ECHO).toString());
        assertThat(spec.path("platform_spec").toString())
                .isEqualTo(Json.parse(Specs.PLATFORM).toString());
        Reply again = kfp.post(
                "/pipelines/" + id + "/versions",
                Json.object().put("name", "v2").set("pipeline_spec", spec).toString());
        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(again.json().path("pipeline_spec")).isEqualTo(spec);
    }

    @Test
    void keyOrderAndNumbersStayAsTheyCame() {
        String id = kfp.upload("/pipelines/upload?name=numbers", "p.json", Specs.bytes(ECHO))
                .at("/pipeline_id");
        assertThat(kfp.get("/pipelines/" + id + "/versions").text())
                .contains("\"defaultValue\":1.0,\"isOptional\":true")
                .contains("{\"pipelineInfo\":{\"name\":\"echo\"},\"schemaVersion\"");
    }

    @Test
    void archivesAreTaken() {
        assertThat(kfp.upload(
                                "/pipelines/upload?name=z",
                                "p.zip",
                                Archives.zip(Map.of("arguments-parameters.yaml", Specs.bytes(ECHO))))
                        .status())
                .isEqualTo(200);
        assertThat(kfp.upload(
                                "/pipelines/upload?name=t",
                                "p.tar.gz",
                                Archives.tarGz(Map.of("pipeline.yaml", Specs.bytes(ECHO)), Map.of()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aSecondUploadOfANameIs409InTheUploadFormat() {
        assertThat(kfp.upload("/pipelines/upload?name=twice", "p.yaml", Specs.bytes(ECHO))
                        .status())
                .isEqualTo(200);
        Reply again = kfp.upload("/pipelines/upload?name=twice", "p.yaml", Specs.bytes(ECHO));
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.at("/error_message")).contains("'twice' exists already");
        assertThat(again.at("/error_details")).startsWith("ALREADY_EXISTS");
        assertThat(kfp.get("/pipelines").at("/total_size")).isEqualTo("1");
    }

    @Test
    void hostileUploadsAreRefusedAndChangeNothing() {
        refused("p.yaml", Specs.bytes("a: &a [1]\nb: [" + "*a,".repeat(100) + "*a]\n"), "YAML");
        refused("p.yaml", Specs.bytes("a: " + "[".repeat(5000)), "");
        refused("p.yaml", Specs.bytes("a: 1\na: 2\n"), "");
        refused("p.yaml", Specs.bytes("x: !!javax.script.ScriptEngineManager []\n"), "");
        refused("p.yaml", Specs.bytes("# nothing\n"), "no document");
        refused("p.yaml", Specs.bytes("7\n"), "not an object");
        refused(
                "p.yaml",
                Specs.bytes("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n"),
                "Compile the pipeline with kfp 2");
        refused("p.yaml", Specs.bytes(ECHO + "\n---\n" + ECHO), "2 documents");
        refused("p.yaml", Specs.bytes(Specs.PLATFORM + "\n---\n{\"platforms\":{}}\n"), "documents");
        refused("p.yaml", Specs.bytes(ECHO.replace("\"root\"", "\"toor\"")), "toor");
        refused("p.yaml", Specs.bytes(ECHO.replace("2.1.0", "1.0.0")), "2.1.0");
        refused("p.exe", Specs.bytes(ECHO), "Unexpected pipeline file format");
        refused("p.zip", Archives.zip(Map.of("../pipeline.yaml", Specs.bytes(ECHO))), "points outside");
        refused("p.zip", Archives.zip(Map.of("pipeline.yaml", new byte[30 << 20])), "100 times");
        refused("p.yaml", new byte[0], "empty");
        assertThat(kfp.upload("/pipelines/upload?name=x", "p.yaml", new byte[34 << 20])
                        .status())
                .isEqualTo(413);
        assertThat(kfp.post("/pipelines/upload?name=x", "{}").status())
                .isEqualTo(415)
                .isNotEqualTo(200);
        assertThat(kfp.upload("/pipelines/upload?name=x&tags=%5B%5D", "p.yaml", Specs.bytes(ECHO))
                        .at("/error_message"))
                .contains("tags");
        assertThat(kfp.get("/pipelines").text()).isEqualTo("{}");
    }

    @Test
    void versionsAreAddedRenamedAndDeleted() {
        String id = kfp.post("/pipelines", "{\"display_name\":\"p\"}").at("/pipeline_id");
        Reply first = kfp.upload("/pipelines/upload_version?name=v1&pipelineid=" + id, "p.yaml", Specs.bytes(ECHO));
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(kfp.upload("/pipelines/upload_version?name=v1&pipelineid=" + id, "p.yaml", Specs.bytes(ECHO))
                        .status())
                .isEqualTo(409);
        assertThat(kfp.upload("/pipelines/upload_version?name=v1&pipelineid=none", "p.yaml", Specs.bytes(ECHO))
                        .status())
                .isEqualTo(404);
        assertThat(kfp.upload("/pipelines/upload_version?name=v1", "p.yaml", Specs.bytes(ECHO))
                        .at("/error_message"))
                .contains("pipelineid");
        String one = "/pipelines/" + id + "/versions/" + first.at("/pipeline_version_id");
        Reply renamed =
                kfp.patch(one, "{\"pipeline_id\":\"" + id + "\",\"display_name\":\"one\",\"tags\":{\"a\":\"b\"}}");
        assertThat(renamed.at("/display_name")).isEqualTo("one");
        assertThat(kfp.patch(one, "{\"description\":\"d\"}").at("/tags/a")).isEqualTo("b");
        assertThat(kfp.patch(one, "{\"tags\":{}}").json().has("tags")).isFalse();
        assertThat(kfp.patch(one, "{\"name\":\"other\"}").status()).isEqualTo(400);
        assertThat(kfp.get("/pipelines/none/versions").status()).isEqualTo(404);
        String other = kfp.post("/pipelines", "{\"name\":\"q\"}").at("/pipeline_id");
        assertThat(kfp.get("/pipelines/" + other + "/versions/" + first.at("/pipeline_version_id"))
                        .status())
                .isEqualTo(404);
        assertThat(kfp.delete("/pipelines/" + id).status()).isEqualTo(400);
        assertThat(kfp.delete(one).text()).isEqualTo("{}");
        assertThat(kfp.delete("/pipelines/" + id).text()).isEqualTo("{}");
        assertThat(kfp.get("/pipelines/" + id).status()).isEqualTo(404);
    }

    @Test
    void pipelineAndVersionAtOnce() {
        var body = Json.object();
        body.putObject("pipeline").put("display_name", "both");
        body.putObject("pipeline_version").put("display_name", "v").set("pipeline_spec", Json.parse(ECHO));
        Reply made = kfp.post("/pipelines/create", body.toString());
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(kfp.get("/pipelines/" + made.at("/pipeline_id") + "/versions")
                        .at("/pipeline_versions/0/display_name"))
                .isEqualTo("v");
        assertThat(kfp.post("/pipelines/create", "{\"pipeline\":{}}").status()).isEqualTo(400);
        Reply fetched = kfp.post(
                "/pipelines/create",
                "{\"pipeline\":{\"name\":\"n\"},\"pipeline_version\":{\"package_url\":{\"pipeline_url\":\"http://169.254.169.254/latest\"}}}");
        assertThat(fetched.status()).isEqualTo(501);
        assertThat(fetched.message()).contains("package_url is not fetched");
    }

    @Test
    void patchDeletesTagsOnlyWhenTold() {
        String id = kfp.post("/pipelines", "{\"name\":\"p\",\"tags\":{\"a\":\"1\"}}")
                .at("/pipeline_id");
        assertThat(kfp.patch("/pipelines/" + id, "{\"displayName\":\"P\"}").at("/tags/a"))
                .isEqualTo("1");
        assertThat(kfp.patch("/pipelines/" + id, "{\"tags\":{}}").json().has("tags"))
                .isFalse();
        assertThat(kfp.get("/pipelines/" + id).at("/display_name")).isEqualTo("P");
        assertThat(kfp.patch(
                                "/pipelines/" + id,
                                "{\"tags\":{\"a.b\":\"1\",\"\":\"2\",\"k\":\"" + "v".repeat(64) + "\"}}")
                        .message())
                .contains("3 problems");
        assertThat(kfp.patch("/pipelines/" + id, "{\"name\":\"q\"}").message()).contains("cannot be changed");
    }

    @Test
    void cascadeIsPythonsTrueToo() {
        String id = kfp.upload("/pipelines/upload?name=c", "p.yaml", Specs.bytes(ECHO))
                .at("/pipeline_id");
        assertThat(kfp.delete("/pipelines/" + id + "?cascade=maybe").status()).isEqualTo(400);
        assertThat(kfp.delete("/pipelines/" + id + "?cascade=False").message()).contains("1 version");
        assertThat(kfp.delete("/pipelines/" + id + "?cascade=True").status()).isEqualTo(200);
    }

    /// The published uploads that a server must refuse.
    @Test
    void thePublishedInvalidUploads() {
        Optional<Path> corpus = Corpus.folder();
        if (corpus.isEmpty()) {
            System.out.println("SKIPPED: no published pipelines beside this checkout");
            return;
        }
        byte[] empty = Corpus.read(corpus.get().resolve("invalid/empty_file.yaml"));
        byte[] unknown = Corpus.read(corpus.get().resolve("invalid/invalid_yaml.yaml"));
        refused("empty_file.yaml", empty, "");
        refused("invalid_yaml.yaml", unknown, "components_1");
        refused("no_name.yaml", Corpus.read(corpus.get().resolve("invalid/no_name.yaml")), "pipelineInfo");
        refused("empty_zip.zip", empty, "not a zip archive");
        refused("invalid-zip.zip", Archives.zip(Map.of("invalid_yaml.yaml", unknown)), "components_1");
        refused("wrong_format.png", empty, "Unexpected pipeline file format");
        byte[] good = Corpus.read(corpus.get().resolve("valid/arguments_parameters.yaml"));
        assertThat(kfp.upload(
                                "/pipelines/upload?name=zip",
                                "arguments_parameters.zip",
                                Archives.zip(Map.of("arguments-parameters.yaml", good)))
                        .status())
                .isEqualTo(200);
    }

    private void refused(String fileName, byte[] content, String says) {
        Reply reply = kfp.upload("/pipelines/upload?name=refused", fileName, content);
        assertThat(reply.status()).as(fileName + " " + reply.text()).isEqualTo(400);
        assertThat(reply.at("/error_message")).contains(says).doesNotContain("Exception");
        assertThat(reply.at("/error_details")).startsWith("INVALID_ARGUMENT");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
