package io.kumiki.conformance.extender;

import io.kumiki.conformance.cluster.KubernetesPrograms;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// One rig for all suites of a run, ended with it. Where Go is missing the suites are skipped with one line.
final class OneRig implements BeforeAllCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(OneRig.class);

    private static @Nullable ContractRig rig;

    static ContractRig rig() {
        return java.util.Objects.requireNonNull(rig, "the suite is not extended with OneRig");
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
