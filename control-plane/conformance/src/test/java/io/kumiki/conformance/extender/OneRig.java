package io.kumiki.conformance.extender;

import io.kumiki.conformance.cluster.KubernetesPrograms;
import io.kumiki.extender.rig.Mode;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// One rig for all suites of a run, ended with it. Where Go is missing the suites are skipped with one line.
/// As a source of arguments it gives the modes, first that in which the rig is: changing it takes seconds.
final class OneRig implements BeforeAllCallback, ArgumentsProvider {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(OneRig.class);

    private static @Nullable ContractRig rig;

    static ContractRig rig() {
        return java.util.Objects.requireNonNull(rig, "the suite is not extended with OneRig");
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        Mode now = rig == null ? Mode.CLUSTER_SCHEDULER : rig.rig().mode();
        return Stream.of(Mode.values())
                .sorted(Comparator.comparing(mode -> mode != now))
                .map(Arguments::of);
    }

    /// Skips a case that is dear and has nothing to do with the mode.
    static void shownOnceIn(Mode mode) {
        Assumptions.assumeTrue(
                mode == Mode.CLUSTER_SCHEDULER, "nothing in this case depends on the mode, and it takes long");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        KubernetesPrograms.required("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        context.getRoot().getStore(STORE).getOrComputeIfAbsent("end", key -> {
            ContractRig started = ContractRig.start();
            rig = started;
            return (AutoCloseable) started::close;
        });
    }
}
