package io.kumiki.localcluster.api;

import io.kumiki.runtime.tls.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/// What kubectl and every SDK read to find the cluster.
public final class KubeconfigFile {
    private KubeconfigFile() {}

    public static void write(Path file, String server, String authorityPem, String token, String namespace)
            throws IOException {
        String authority = Base64.getEncoder().encodeToString(authorityPem.getBytes(StandardCharsets.UTF_8));
        String text = """
                apiVersion: v1
                kind: Config
                clusters:
                - name: kumiki
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: kumiki-admin
                  user:
                    token: %s
                contexts:
                - name: kumiki
                  context:
                    cluster: kumiki
                    user: kumiki-admin
                    namespace: %s
                current-context: kumiki
                """.formatted(server, authority, token, namespace);
        // Each start writes it anew, and nobody needs it before.
        Pem.write(file, text, false);
    }
}
