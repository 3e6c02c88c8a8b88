package io.kumiki.model.scheduling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kumiki.model.crd.Column;
import io.kumiki.model.crd.Field;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One tenant of the tree of quotas.
@Group("kumiki.io")
@Version("v1alpha1")
@Plural("tenantquotas")
@Column(value = "Parent", path = ".spec.parent")
@Column(value = "Guaranteed", path = ".spec.guaranteed")
@Column(value = "Limit", path = ".spec.limit")
@Column(value = "Used", path = ".status.used")
@Column(value = "Accepted", path = ".status.conditions[?(@.type==\"Accepted\")].status")
@Column(value = "Age", path = ".metadata.creationTimestamp", type = "date")
@JsonIgnoreProperties(ignoreUnknown = true)
public final class TenantQuota extends OwnKind {
    private static final long serialVersionUID = 1;

    private transient @Nullable Spec spec;
    private transient @Nullable Status status;

    public @Nullable Spec getSpec() {
        return spec;
    }

    public void setSpec(@Nullable Spec spec) {
        this.spec = spec;
    }

    public @Nullable Status getStatus() {
        return status;
    }

    public void setStatus(@Nullable Status status) {
        this.status = status;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(
            @Field("The quota above; exactly one has none.") @Nullable
            String parent,

            @Field(
                    value =
                            "What it may always have; idle parts are lent, and given back when it needs them. A type is named nvidia.com/gpu.TYPE.",
                    max = 64)
            Map<String, String> guaranteed,

            @Field(value = "What it never exceeds, borrowed included.", max = 64) @Nullable
            Map<String, String> limit,

            @Field(value = "Namespaces whose pods count here.", max = 1000) @Nullable
            List<String> namespaces) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Status(
            @Field(value = "Accepted says whether it is part of the tree that holds.", max = 8)
            List<Condition> conditions,

            @Field(
                    value =
                            "What is used of what it names, with the quotas below it; some seconds old. Absent until it is part of the tree.",
                    max = 256)
            @Nullable
            Map<String, String> used,

            @Field(value = "The part of it above what is guaranteed: others may take it back.", max = 256) @Nullable
            Map<String, String> borrowed) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Condition(
            @Field("Accepted.") String type,

            @Field("True or False.") String status,

            @Field("Code.") String reason,

            @Field("In words, with every mistake.") String message,

            @Field("When the status last changed (RFC 3339).")
            String lastTransitionTime,

            @Field("Of the spec that this speaks of.") long observedGeneration) {}
}
