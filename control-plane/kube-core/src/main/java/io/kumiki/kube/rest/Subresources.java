package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.PodLogs;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.admission.AdmissionRequest.Operation;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.ScalePaths;
import io.kumiki.kube.registry.Binding;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What hangs below an object: status, scale, log, binding, eviction, token, finalize.
final class Subresources {
    private final Parts parts;
    private final Verbs verbs;
    private final Connections connections;
    private final Proxies proxies;
    private final TokenRequests tokens;
    private final Scales scales;

    Subresources(Parts parts, Verbs verbs, TokenRequests tokens) {
        this.parts = parts;
        this.verbs = verbs;
        this.connections = new Connections(parts);
        this.proxies = new Proxies(parts);
        this.tokens = tokens;
        this.scales = new Scales(parts);
    }

    ApiAnswer handle(ApiRequest request, RequestPath target, Kind kind, String verb) {
        String where = kind.storage() + "/" + target.part();
        if (target.part().equals("status") && kind.status()) {
            return switch (verb) {
                case "get" -> verbs.get(request, target, kind);
                case "update" -> verbs.update(request, target, kind, "status");
                case "patch" -> verbs.patch(request, target, kind, "status");
                default -> throw ApiFault.methodNotAllowed();
            };
        }
        ScalePaths scale = kind.scale();
        if (target.part().equals("scale") && scale != null) {
            return scales.handle(request, target, kind, scale, verb);
        }
        if (kind.storage().equals("pods")
                && Connections.PARTS.contains(target.part())
                && (verb.equals("get") || verb.equals("create"))) {
            return connections.connect(request, target, kind);
        }
        if (where.equals("pods/proxy") || where.equals("services/proxy")) {
            return proxies.answer(request, target, kind);
        }
        return switch (where + " " + verb) {
            case "pods/log get" -> log(request, target, kind);
            case "pods/binding create" -> bind(request, target.namespace(), target.name());
            case "pods/eviction create" -> new Evictions(parts).answer(request, target);
            case "serviceaccounts/token create" -> {
                ObjectNode order = TokenRequests.body(request);
                ask(
                        Operation.CREATE,
                        kind,
                        "token",
                        order,
                        new AdmissionRequest.Part(
                                "authentication.k8s.io", "v1", "TokenRequest", target.namespace(), target.name()),
                        Wishes.write(request, "CreateOptions", false, new ArrayList<>()));
                yield tokens.answer(order, target.namespace(), target.name());
            }
            case "namespaces/finalize update" -> verbs.update(request, target, kind, "finalize");
            default -> throw ApiFault.noSuchPath();
        };
    }

    private ApiAnswer bind(ApiRequest request, String namespace, String pod) {
        ObjectNode binding = Bodies.object(request, "v1", "Binding");
        JsonNode where = binding.path("target");
        String node = where.path("name").asText("");
        if (node.isEmpty()) {
            throw ApiFault.badRequest(
                    "Binding \"" + pod + "\" is invalid: target.name: Required value: the name of a node");
        }
        if (!where.path("kind").asText("Node").equals("Node")) {
            throw ApiFault.badRequest("Binding \"" + pod + "\" is invalid: target.kind: Unsupported value: \""
                    + where.path("kind").asText() + "\": supported values: \"Node\"");
        }
        binding.withObject("/metadata").put("namespace", namespace);
        Kind pods = parts.kinds().get(io.kumiki.kube.ResourceType.PODS);
        WriteOptions options = Wishes.write(request, "CreateOptions", false, new ArrayList<>());
        ask(
                Operation.CREATE,
                pods,
                "binding",
                binding,
                new AdmissionRequest.Part("", "v1", "Binding", namespace, pod),
                options);
        Map<String, String> annotations = new LinkedHashMap<>();
        binding.path("metadata")
                .path("annotations")
                .properties()
                .forEach(a -> annotations.put(a.getKey(), a.getValue().asText()));
        var change = Binding.change(
                namespace,
                pod,
                binding.path("metadata").path("uid").asText(""),
                node,
                annotations,
                parts.settings().now().get());
        parts.writes().update(new Writes.Update(pods, namespace, pod, "binding", change), options);
        return success(201);
    }

    /// Asks the admission webhooks about what a request below an object carries.
    private void ask(
            Operation operation,
            Kind kind,
            String part,
            ObjectNode body,
            AdmissionRequest.Part shown,
            WriteOptions options) {
        parts.writes()
                .reviewing()
                .part(
                        new AdmissionRequest(
                                operation, kind, part, body, null, options.caller(), options.dryRun(), shown),
                        options);
    }

    static ApiAnswer.Whole success(int code) {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
        return ApiAnswer.json(code, status.put("status", "Success").put("code", code));
    }

    private ApiAnswer log(ApiRequest request, RequestPath target, Kind kind) {
        List<Violation> wrong = new ArrayList<>();
        bounded(request, "tailLines", 0, wrong);
        bounded(request, "limitBytes", 1, wrong);
        bounded(request, "sinceSeconds", 1, wrong);
        if (!wrong.isEmpty()) {
            throw ApiFault.invalid("", "PodLogOptions", target.name(), wrong);
        }
        StoredObject stored = parts.reads().get(kind, target.namespace(), target.name());
        JsonNode pod = Json.parse(stored.json());
        String container = container(pod, target.name(), request.query("container"));
        if (pod.path("spec").path("nodeName").asText("").isEmpty()) {
            // Nobody has it yet who could keep a log.
            return new ApiAnswer.Whole(204, "", List.of(), Map.of());
        }
        var options = new PodLogs.Options(
                request.flag("follow"),
                request.flag("previous"),
                request.flag("timestamps"),
                number(request, "tailLines"),
                number(request, "limitBytes"),
                since(request));
        return new ApiAnswer.Log(
                new PodLogs.Order(target.namespace(), target.name(), stored.uid(), container, options));
    }

    private static long number(ApiRequest request, String name) {
        Long value = Bodies.number(request, name);
        return value == null ? -1 : value;
    }

    private static void bounded(ApiRequest request, String name, long least, List<Violation> wrong) {
        Long value = Bodies.number(request, name);
        if (value != null && value < least) {
            wrong.add(Names.invalid(name, Long.toString(value), "must be greater than or equal to " + least));
        }
    }

    private @Nullable Instant since(ApiRequest request) {
        Long seconds = Bodies.number(request, "sinceSeconds");
        String time = request.query("sinceTime");
        if (seconds != null && time != null) {
            throw ApiFault.badRequest("at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        if (seconds != null) {
            return parts.settings().now().get().minusSeconds(seconds);
        }
        try {
            return time == null ? null : Instant.parse(time);
        } catch (DateTimeException e) {
            throw ApiFault.badRequest("sinceTime \"" + time + "\" is no RFC 3339 time");
        }
    }

    static String container(JsonNode pod, String name, @Nullable String wanted) {
        List<String> main = names(pod, "containers");
        List<String> all = new ArrayList<>(main);
        List<String> init = names(pod, "initContainers");
        all.addAll(init);
        if (wanted != null && !wanted.isEmpty()) {
            if (!all.contains(wanted)) {
                throw ApiFault.badRequest("container " + wanted + " is not valid for pod " + name);
            }
            return wanted;
        }
        String marked = pod.path("metadata")
                .path("annotations")
                .path("kubectl.kubernetes.io/default-container")
                .asText("");
        if (main.contains(marked)) {
            return marked;
        }
        if (main.size() == 1) {
            return main.getFirst();
        }
        throw ApiFault.badRequest("a container name must be specified for pod " + name + ", choose one of: ["
                + String.join(" ", main) + "]"
                + (init.isEmpty() ? "" : " or one of the init containers: [" + String.join(" ", init) + "]"));
    }

    private static List<String> names(JsonNode pod, String list) {
        List<String> names = new ArrayList<>();
        pod.path("spec").path(list).forEach(c -> names.add(c.path("name").asText()));
        return names;
    }
}
