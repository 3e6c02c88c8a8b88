package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTPS to an extender with a certificate of its own, made by the JDK's keytool.
class ExtenderTlsIT {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    private final SchedulerRig rig = new SchedulerRig();
    private ExtenderServer server;
    private String certificate;

    @BeforeEach
    void serve() throws Exception {
        Path store = folder.resolve("store.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "e",
                "-keyalg",
                "EC",
                "-dname",
                "CN=extender",
                "-validity",
                "2",
                "-ext",
                "san=dns:extender.internal",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD);
        certificate = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(keys.getCertificate("e").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        server = new ExtenderServer(0, context, request -> ExtenderServer.ok("{\"NodeNames\":[\"b\"]}"));
        rig.node("a", "4");
        rig.node("b", "4");
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    @AfterEach
    void close() {
        server.close();
        rig.close();
    }

    private void schedule(String tls) {
        rig.schedule("{\"urlPrefix\":\"" + server.url() + "\",\"filterVerb\":\"filter\",\"nodeCacheCapable\":true"
                + (tls.isEmpty() ? "" : "," + tls) + "}");
        rig.pod("p", "cpu", "1");
    }

    private String authority() {
        return "\"caData\":\""
                + Base64.getEncoder().encodeToString(certificate.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                + "\"";
    }

    @Test
    void anUnknownAuthorityIsRefused() throws Exception {
        schedule("");
        assertThat(rig.reason("p", "SchedulerError")).contains("SSLHandshakeException");
    }

    @Test
    void enabledWithoutAnAuthorityChecksNothing() throws Exception {
        schedule("\"enableHTTPS\":true");
        assertThat(rig.nodeOf("p")).isEqualTo("b");
    }

    @Test
    void anotherNameIsRefused() throws Exception {
        schedule("\"enableHTTPS\":true,\"tlsConfig\":{" + authority() + "}");
        assertThat(rig.reason("p", "SchedulerError")).contains("SSLHandshakeException");
    }

    @Test
    void theNameThatIsWantedIsChecked() throws Exception {
        schedule("\"enableHTTPS\":true,\"tlsConfig\":{\"serverName\":\"extender.internal\"," + authority() + "}");
        assertThat(rig.nodeOf("p")).isEqualTo("b");
    }
}
