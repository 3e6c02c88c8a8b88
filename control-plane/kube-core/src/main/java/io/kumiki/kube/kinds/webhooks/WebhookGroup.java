package io.kumiki.kube.kinds.webhooks;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.table.Column;
import java.util.List;

/// `admissionregistration.k8s.io`: webhooks only; the policy kinds answer 404.
public final class WebhookGroup {
    public static final String GROUP = "admissionregistration.k8s.io";
    public static final ResourceType MUTATING = new ResourceType(GROUP, "v1", "mutatingwebhookconfigurations");
    public static final ResourceType VALIDATING = new ResourceType(GROUP, "v1", "validatingwebhookconfigurations");

    private WebhookGroup() {}

    public static List<Kind> kinds() {
        return List.of(
                kind(MUTATING, "MutatingWebhookConfiguration"), kind(VALIDATING, "ValidatingWebhookConfiguration"));
    }

    private static Kind kind(ResourceType type, String kind) {
        return Kind.modelled(type, kind, false, "admissionregistration.v1." + kind)
                .withGeneration()
                .categories("api-extensions")
                .rules(new WebhookRules(type.equals(MUTATING)))
                .columns(() -> List.of(
                        Column.NAME,
                        Column.number("Webhooks", c -> c.path("webhooks").size()),
                        Column.AGE));
    }
}
