package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.quota.PodAmounts;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// What a namespace's LimitRanges fill in and what they refuse.
public final class LimitRanges implements Admission.Step {
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private final ParsedOnce parsed = new ParsedOnce();

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        boolean pod = request.creates("pods");
        boolean claim = request.kind().storage().equals("persistentvolumeclaims")
                && request.subresource().isEmpty();
        if (!pod && !claim) {
            return;
        }
        List<StoredObject> ranges = store.all("limitranges", request.namespace());
        if (ranges.isEmpty()) {
            return;
        }
        List<String> refusals = new ArrayList<>();
        if (pod) {
            for (StoredObject range : ranges) {
                fill(request.object(), parsed.of(range).path("spec").path("limits"));
            }
            // How good a service the pod gets follows from what was filled in.
            request.kind().rules().complete(request.object(), null);
        }
        for (StoredObject range : ranges) {
            for (JsonNode item : parsed.of(range).path("spec").path("limits")) {
                check(request.object(), item, pod, refusals);
            }
        }
        if (!refusals.isEmpty()) {
            throw ApiFault.forbidden(
                    request.kind().storage(),
                    request.name(),
                    refusals.size() == 1 ? refusals.getFirst() : "[" + String.join(", ", refusals) + "]");
        }
    }

    private static void fill(ObjectNode pod, JsonNode limits) {
        List<String> notes = new ArrayList<>();
        for (JsonNode item : limits) {
            if (!item.path("type").asText().equals("Container")) {
                continue;
            }
            for (String list : List.of("containers", "initContainers")) {
                for (JsonNode each : pod.path("spec").path(list)) {
                    ObjectNode container = (ObjectNode) each;
                    String which = (list.equals("containers") ? "container " : "init container ")
                            + container.path("name").asText();
                    defaults(container, "requests", item.path("defaultRequest"), "request for " + which, notes);
                    defaults(container, "limits", item.path("default"), "limit for " + which, notes);
                }
            }
        }
        if (!notes.isEmpty()) {
            pod.withObject("/metadata/annotations")
                    .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", notes));
        }
    }

    private static void defaults(
            ObjectNode container, String what, JsonNode defaults, String which, List<String> notes) {
        List<String> set = new ArrayList<>();
        for (var each : defaults.properties()) {
            if (!container.path("resources").path(what).has(each.getKey())) {
                container.withObject("/resources/" + what).set(each.getKey(), each.getValue());
                set.add(each.getKey());
            }
        }
        if (!set.isEmpty()) {
            notes.add(String.join(", ", new TreeSet<>(set)) + " " + which);
        }
    }

    private static void check(ObjectNode object, JsonNode item, boolean pod, List<String> refusals) {
        String type = item.path("type").asText();
        if (pod && type.equals("Container")) {
            for (String list : List.of("containers", "initContainers")) {
                for (JsonNode container : object.path("spec").path(list)) {
                    new Asked(type, PodAmounts.amounts(container, "requests"), PodAmounts.amounts(container, "limits"))
                            .check(item, refusals);
                }
            }
        } else if (pod && type.equals("Pod")) {
            new Asked(
                            type,
                            PodAmounts.of(object.path("spec"), "requests"),
                            PodAmounts.of(object.path("spec"), "limits"))
                    .check(item, refusals);
        } else if (!pod && type.equals("PersistentVolumeClaim")) {
            new Asked(type, PodAmounts.amounts(object.path("spec"), "requests"), Map.of()).claim(item, refusals);
        }
    }

    /// What a container, pod or claim asks for.
    private record Asked(String type, Map<String, BigDecimal> requests, Map<String, BigDecimal> limits) {
        void check(JsonNode item, List<String> refusals) {
            item.path("min").properties().forEach(each -> minimum(each.getKey(), each.getValue(), refusals));
            item.path("max").properties().forEach(each -> maximum(each.getKey(), each.getValue(), refusals));
            item.path("maxLimitRequestRatio")
                    .properties()
                    .forEach(each -> ratio(each.getKey(), each.getValue(), refusals));
        }

        void claim(JsonNode item, List<String> refusals) {
            item.path("min").properties().forEach(each -> minimum(each.getKey(), each.getValue(), refusals));
            item.path("max").properties().forEach(each -> {
                String text = "maximum " + each.getKey() + " usage per " + type + " is "
                        + each.getValue().asText();
                BigDecimal request = requests.get(each.getKey());
                if (request == null) {
                    refusals.add(text + ".  No request is specified");
                } else if (request.compareTo(amount(each.getValue())) > 0) {
                    refusals.add(text + ", but request is " + text(request, each.getValue()));
                }
            });
        }

        private void minimum(String resource, JsonNode least, List<String> refusals) {
            String text = "minimum " + resource + " usage per " + type + " is " + least.asText();
            BigDecimal request = requests.get(resource);
            BigDecimal limit = limits.get(resource);
            if (request == null) {
                refusals.add(text + ".  No request is specified");
            } else if (request.compareTo(amount(least)) < 0) {
                refusals.add(text + ", but request is " + text(request, least));
            } else if (limit != null && limit.compareTo(amount(least)) < 0) {
                refusals.add(text + ", but limit is " + text(limit, least));
            }
        }

        private void maximum(String resource, JsonNode most, List<String> refusals) {
            String text = "maximum " + resource + " usage per " + type + " is " + most.asText();
            BigDecimal request = requests.get(resource);
            BigDecimal limit = limits.get(resource);
            if (limit == null) {
                refusals.add(text + ".  No limit is specified");
            } else if (limit.compareTo(amount(most)) > 0) {
                refusals.add(text + ", but limit is " + text(limit, most));
            } else if (request != null && request.compareTo(amount(most)) > 0) {
                refusals.add(text + ", but request is " + text(request, most));
            }
        }

        private void ratio(String resource, JsonNode most, List<String> refusals) {
            String text = resource + " max limit to request ratio per " + type + " is " + most.asText();
            BigDecimal request = requests.get(resource);
            BigDecimal limit = limits.get(resource);
            if (request == null || request.signum() == 0) {
                refusals.add(text + ", but no request is specified or request is 0");
            } else if (limit == null || limit.signum() == 0) {
                refusals.add(text + ", but no limit is specified or limit is 0");
            } else if (limit.compareTo(request.multiply(amount(most))) > 0) {
                refusals.add(text + ", but provided ratio is "
                        + limit.divide(request, 6, java.math.RoundingMode.HALF_UP)
                                .toPlainString());
            }
        }

        private static BigDecimal amount(JsonNode quantity) {
            return Quantity.parse(quantity.asText());
        }

        private static String text(BigDecimal amount, JsonNode like) {
            return Quantity.text(amount, like.asText().endsWith("i"));
        }
    }
}
