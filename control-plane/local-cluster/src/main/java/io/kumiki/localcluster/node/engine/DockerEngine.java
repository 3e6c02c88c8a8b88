package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.PodSessions.Session;
import io.kumiki.localcluster.node.engine.EngineWire.Answer;
import io.kumiki.model.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The Docker Engine's HTTP interface at a socket of this machine, as Docker and Podman speak it.
public final class DockerEngine implements ContainerEngine {
    private static final Duration QUICK = Duration.ofSeconds(10);
    /// A container's layers are made at its creation, and its first process at its start.
    private static final Duration MAKING = Duration.ofSeconds(60);
    private static final Duration LONG_POLL = Duration.ofSeconds(60);
    private static final Duration PULL_SILENCE = Duration.ofMinutes(2);

    /// Keys that nobody types: Docker's own (^P ^Q) would be kept from the program, and they cannot be turned off.
    private static final String NO_DETACHING = "ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^";

    private final EngineWire wire;
    private final EngineSearch search;

    private DockerEngine(EngineWire wire, EngineSearch search) {
        this.wire = wire;
        this.search = search;
    }

    /// The engine of this machine, whenever one answers.
    ///
    /// @param environment `KUMIKI_ENGINE` (`none` or a socket), `DOCKER_HOST`, `XDG_RUNTIME_DIR`
    public static ContainerEngine ofThisMachine(Vertx vertx, Map<String, String> environment) {
        EngineSockets sockets = EngineSockets.of(environment);
        if (!sockets.refusal().isEmpty()) {
            return new NoEngine(sockets.refusal());
        }
        EngineWire wire = new EngineWire(vertx);
        return new DockerEngine(wire, new EngineSearch(wire, sockets.paths()));
    }

    @Override
    public Presence presence() {
        return search.presence();
    }

    private Path socket() throws EngineFault {
        return search.socket();
    }

    private Answer ask(HttpMethod method, String path, @Nullable JsonNode body, Duration limit) throws EngineFault {
        return wire.call(socket(), method, path, body, limit);
    }

    private Answer good(HttpMethod method, String path, @Nullable JsonNode body, Duration limit) throws EngineFault {
        Answer answer = ask(method, path, body, limit);
        if (!answer.good()) {
            throw answer.fault();
        }
        return answer;
    }

    private static String word(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String container(String name) {
        return "/containers/" + word(name);
    }

    @Override
    public @Nullable Image image(String reference) throws EngineFault {
        // Slashes of a reference stay: both engines take the rest of the path for the name.
        String name = word(reference).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
        Answer answer = ask(HttpMethod.GET, "/images/" + name + "/json", null, QUICK);
        if (answer.status() == 404) {
            return null;
        }
        if (!answer.good()) {
            throw answer.fault();
        }
        JsonNode image = answer.json();
        return new Image(id(reference, image), image.path("Config").path("User").asText(""));
    }

    @Override
    public @Nullable String anyImage() throws EngineFault {
        String id = good(HttpMethod.GET, "/images/json", null, QUICK)
                .json()
                .path(0)
                .path("Id")
                .asText("");
        return id.isEmpty() ? null : id;
    }

    private static String id(String reference, JsonNode image) {
        String wanted = RegistryLogin.repository(reference);
        for (JsonNode digest : image.path("RepoDigests")) {
            if (RegistryLogin.repository(digest.asText()).equals(wanted)) {
                return digest.asText();
            }
        }
        if (!ImageName.of(reference).digest().isEmpty()) {
            return ImageName.of(reference).exact();
        }
        String id = image.path("Id").asText();
        return id.isEmpty() || id.contains(":") ? id : "sha256:" + id;
    }

    @Override
    public void pull(String reference, @Nullable RegistryLogin login, Consumer<String> progress)
            throws EngineFault, InterruptedException {
        Map<String, String> headers = login == null ? Map.of() : Map.of("X-Registry-Auth", login.header());
        String path = "/images/create?fromImage=" + word(reference);
        try (InputStream in = wire.stream(socket(), HttpMethod.POST, path, headers, PULL_SILENCE, PULL_SILENCE)) {
            PullReport.read(in, progress);
        } catch (EngineFault e) {
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            throw new EngineFault(0, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void create(String name, ContainerOrder order) throws EngineFault {
        good(HttpMethod.POST, "/containers/create?name=" + word(name), DockerWords.of(order), MAKING);
    }

    @Override
    public void start(String name) throws EngineFault {
        good(HttpMethod.POST, container(name) + "/start", null, MAKING);
    }

    @Override
    public @Nullable Status inspect(String name) throws EngineFault {
        Answer answer = ask(HttpMethod.GET, container(name) + "/json", null, QUICK);
        if (answer.status() == 404) {
            return null;
        }
        if (!answer.good()) {
            throw answer.fault();
        }
        JsonNode container = answer.json();
        JsonNode state = container.path("State");
        String stopSignal = container.path("Config").path("StopSignal").asText("");
        boolean running = state.path("Running").asBoolean();
        return new Status(
                state.path("Status").asText(),
                running,
                state.path("ExitCode").asInt(),
                state.path("OOMKilled").asBoolean(),
                state.path("Error").asText(""),
                running ? null : time(state.path("FinishedAt").asText("")),
                stopSignal.isEmpty() ? "SIGTERM" : stopSignal);
    }

    /// Null for what is no time, and for the year 1, which stands for none.
    private static @Nullable Instant time(String text) {
        try {
            Instant at = java.time.OffsetDateTime.parse(text).toInstant();
            return at.isAfter(Instant.EPOCH) ? at : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    @Override
    public void awaitEnd(String name) throws EngineFault {
        try {
            good(HttpMethod.POST, container(name) + "/wait?condition=not-running", null, LONG_POLL);
        } catch (EngineFault e) {
            boolean soon = !e.unanswered() && e.status() != 404;
            if (soon) {
                throw e;
            }
        }
    }

    @Override
    public void signal(String name, String signal) throws EngineFault {
        Answer answer = ask(HttpMethod.POST, container(name) + "/kill?signal=" + word(signal), null, QUICK);
        // 409, and Podman's 500: it does not run (any more).
        if (!answer.good() && answer.status() != 404 && answer.status() != 409 && running(name)) {
            throw answer.fault();
        }
    }

    private boolean running(String name) throws EngineFault {
        Status status = inspect(name);
        return status != null && status.running();
    }

    @Override
    public InputStream output(String name, boolean tty, boolean follow) throws EngineFault {
        String path = container(name) + "/logs?stdout=true&stderr=true&follow=" + follow;
        InputStream in = wire.stream(socket(), HttpMethod.GET, path, Map.of(), QUICK, follow ? Duration.ZERO : QUICK);
        return tty ? in : Frames.merged(in);
    }

    @Override
    public Session exec(String name, List<String> command, boolean tty) throws IOException {
        var order = Json.object()
                .put("AttachStdin", true)
                .put("AttachStdout", true)
                .put("AttachStderr", true)
                .put("Tty", tty)
                .put("DetachKeys", NO_DETACHING);
        command.forEach(order.putArray("Cmd")::add);
        String id = good(HttpMethod.POST, container(name) + "/exec", order, QUICK)
                .json()
                .path("Id")
                .asText();
        var start = Json.object().put("Detach", false).put("Tty", tty);
        Hijacked connection = Hijacked.open(socket(), "/exec/" + word(id) + "/start", start, QUICK);
        return new ExecSession(connection, tty, new ExecSession.Command() {
            @Override
            public JsonNode look() throws EngineFault {
                return good(HttpMethod.GET, "/exec/" + word(id) + "/json", null, QUICK)
                        .json();
            }

            @Override
            public void resize(int columns, int rows) throws EngineFault {
                good(HttpMethod.POST, "/exec/" + word(id) + "/resize" + size(columns, rows), null, QUICK);
            }
        });
    }

    @Override
    public Session attach(String name) throws IOException {
        String path = container(name) + "/attach?stream=true&stdin=true&detachKeys=" + word(NO_DETACHING);
        return new AttachSession(Hijacked.open(socket(), path, null, QUICK));
    }

    @Override
    public void resize(String name, int columns, int rows) throws EngineFault {
        good(HttpMethod.POST, container(name) + "/resize" + size(columns, rows), null, QUICK);
    }

    private static String size(int columns, int rows) {
        return "?h=" + rows + "&w=" + columns;
    }

    @Override
    public void remove(String name) throws EngineFault {
        Answer answer = ask(HttpMethod.DELETE, container(name) + "?force=true&v=true", null, MAKING);
        // 409: it is being removed already.
        if (!answer.good() && answer.status() != 404 && answer.status() != 409) {
            throw answer.fault();
        }
    }

    @Override
    public List<Labelled> labelled(String label, String value) throws EngineFault {
        var filters = Json.object();
        filters.putArray("label").add(label + "=" + value);
        String path = "/containers/json?all=true&filters=" + word(Json.write(filters));
        List<Labelled> found = new ArrayList<>();
        for (JsonNode each : good(HttpMethod.GET, path, null, QUICK).json()) {
            Map<String, String> labels = new HashMap<>();
            each.path("Labels")
                    .properties()
                    .forEach(
                            entry -> labels.put(entry.getKey(), entry.getValue().asText()));
            String name = each.path("Names").path(0).asText().replaceFirst("^/", "");
            found.add(new Labelled(name, labels));
        }
        return found;
    }

    @Override
    public void close() {
        wire.close();
    }
}
