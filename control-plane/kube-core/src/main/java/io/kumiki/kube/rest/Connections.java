package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.PodConnection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `exec`, `attach` and `portforward`: what the URL asks for, checked; the shell makes the connection.
final class Connections {
    static final Set<String> PARTS = Set.of("exec", "attach", "portforward");

    private static final int MOST_PORTS = 64;

    private final Parts parts;

    Connections(Parts parts) {
        this.parts = parts;
    }

    ApiAnswer connect(ApiRequest request, RequestPath target, Kind kind) {
        ask(request, target, kind);
        StoredObject stored = parts.reads().get(kind, target.namespace(), target.name());
        JsonNode pod = Json.parse(stored.json());
        if (pod.path("spec").path("nodeName").asText("").isEmpty()) {
            throw ApiFault.badRequest("pod " + target.name() + " does not have a host assigned");
        }
        String phase = pod.path("status").path("phase").asText();
        if (Set.of("Succeeded", "Failed").contains(phase)) {
            throw ApiFault.badRequest(
                    "cannot " + target.part() + " into a container in a completed pod; current phase is " + phase);
        }
        String namespace = target.namespace();
        String name = target.name();
        if (target.part().equals("portforward")) {
            return new ApiAnswer.Connect(new PodConnection.PortForward(namespace, name, stored.uid(), ports(request)));
        }
        String container = Subresources.container(pod, name, request.query("container"));
        boolean exec = target.part().equals("exec");
        PodConnection.Channels channels = channels(request);
        List<String> command = request.query().getOrDefault("command", List.of());
        if (exec && command.stream().allMatch(String::isEmpty)) {
            throw ApiFault.badRequest("you must specify at least 1 command for the container");
        }
        return new ApiAnswer.Connect(
                exec
                        ? new PodConnection.Exec(
                                namespace, name, stored.uid(), container, List.copyOf(command), channels)
                        : new PodConnection.Attach(namespace, name, stored.uid(), container, channels));
    }

    /// Webhooks hear of a connection as of an object of its options.
    private void ask(ApiRequest request, RequestPath target, Kind kind) {
        if (!parts.writes().reviewing().concern(AdmissionRequest.Operation.CONNECT, kind, target.part())) {
            return;
        }
        ObjectNode options = Json.object();
        String word;
        if (target.part().equals("portforward")) {
            word = "PodPortForwardOptions";
            List<Integer> ports = ports(request);
            if (!ports.isEmpty()) {
                ports.forEach(options.putArray("ports")::add);
            }
        } else {
            word = target.part().equals("exec") ? "PodExecOptions" : "PodAttachOptions";
            for (String flag : List.of("stdin", "stdout", "stderr", "tty")) {
                if (request.flag(flag)) {
                    options.put(flag, true);
                }
            }
            if (request.query("container") instanceof String container && !container.isEmpty()) {
                options.put("container", container);
            }
            if (target.part().equals("exec")) {
                request.query().getOrDefault("command", List.of()).forEach(options.withArray("/command")::add);
            }
        }
        parts.writes()
                .reviewing()
                .part(
                        new AdmissionRequest(
                                AdmissionRequest.Operation.CONNECT,
                                kind,
                                target.part(),
                                options,
                                null,
                                request.caller(),
                                false,
                                new AdmissionRequest.Part("", "v1", word, target.namespace(), target.name())),
                        WriteOptions.by("").as(request.caller()));
    }

    private static PodConnection.Channels channels(ApiRequest request) {
        boolean tty = request.flag("tty");
        var channels = new PodConnection.Channels(
                request.flag("stdin"), request.flag("stdout"), request.flag("stderr") && !tty, tty);
        if (!channels.stdin() && !channels.stdout() && !channels.stderr()) {
            throw ApiFault.badRequest("you must specify at least one of stdin, stdout, stderr");
        }
        return channels;
    }

    private static List<Integer> ports(ApiRequest request) {
        List<Integer> ports = new ArrayList<>();
        for (String all : request.query().getOrDefault("ports", List.of())) {
            for (String one : all.split(",")) {
                if (!one.matches("[0-9]{1,5}") || Integer.parseInt(one) < 1 || Integer.parseInt(one) > 65_535) {
                    throw ApiFault.badRequest("ports: \"" + one + "\" is no port number");
                }
                ports.add(Integer.valueOf(one));
            }
        }
        if (ports.size() > MOST_PORTS) {
            throw ApiFault.badRequest("ports: at most " + MOST_PORTS + " at once");
        }
        return List.copyOf(ports);
    }
}
