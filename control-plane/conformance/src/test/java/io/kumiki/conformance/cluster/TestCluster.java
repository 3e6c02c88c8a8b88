package io.kumiki.conformance.cluster;

import java.nio.file.Path;

/// A cluster that a test may fill as it likes.
public interface TestCluster extends AutoCloseable {
    /// `embedded` or `real`.
    String name();

    String url();

    /// Of a user who may do everything.
    String token();

    /// The certificates to trust, as PEM.
    String authorityPem();

    Path kubeconfig();

    /// Forgets all revisions but the present one.
    void forget();

    default Api api() {
        return new Api(this);
    }

    @Override
    void close();
}
