package io.kumiki.model.scheduling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kumiki.model.crd.Column;
import io.kumiki.model.crd.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Kind `Topology`: which node labels are the levels of the tree of places. The object named `default` is used.
@Group("kumiki.io")
@Version("v1alpha1")
@Kind("Topology")
@Plural("topologies")
@Column(value = "Levels", path = ".spec.levels[*].name")
@Column(value = "Age", path = ".metadata.creationTimestamp", type = "date")
@JsonIgnoreProperties(ignoreUnknown = true)
public final class PlaceLevels extends OwnKind {
    private static final long serialVersionUID = 1;
    /// What holds where nobody made one.
    public static final List<Level> USUAL =
            List.of(new Level("zone", "topology.kubernetes.io/zone"), new Level("rack", "topology.kubernetes.io/rack"));

    private transient @Nullable Spec spec;

    public @Nullable Spec getSpec() {
        return spec;
    }

    public void setSpec(@Nullable Spec spec) {
        this.spec = spec;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(
            @Field(value = "Widest first.", min = 1, max = 8)
            List<Level> levels) {}

    public record Level(
            @Field("As gangs name it: rack.") String name,

            @Field("Node label whose value is the place.") String label) {}
}
