package io.kumiki.localcluster.node.health;

import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.pod.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// An HTTP request of a probe. A socket and thirty lines, because clients refuse what a spec may ask for: any Host
/// header, and TLS that verifies nothing (a pod's certificate is its own affair, says Kubernetes).
final class HttpGet {
    private static final int STATUS_LINE = 4096;

    private HttpGet() {}

    static Outcome ask(Handler.HttpGet get, String host, Duration timeout) throws IOException {
        try (Socket plain = Handlers.connect(host, get.port(), timeout);
                Socket socket = get.tls() ? tls(plain, host, get.port()) : plain) {
            socket.getOutputStream().write(request(get, host).getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            int status = status(socket.getInputStream());
            return status >= 200 && status < 400
                    ? new Outcome(true, "")
                    : new Outcome(false, "HTTP probe failed with statuscode: " + status);
        } catch (IOException e) {
            throw new IOException(
                    "Get \"" + (get.tls() ? "https" : "http") + "://" + host + ":" + get.port() + get.path() + "\": "
                            + e.getMessage(),
                    e);
        }
    }

    private static String request(Handler.HttpGet get, String host) {
        String path = get.path().isEmpty() ? "/" : get.path();
        StringBuilder text = new StringBuilder("GET ").append(path.startsWith("/") ? path : "/" + path);
        text.append(" HTTP/1.1\r\n");
        boolean hasHost = false;
        boolean hasAgent = false;
        for (Handler.Header header : get.headers()) {
            String name = header.name().toLowerCase(Locale.ROOT);
            hasHost |= name.equals("host");
            hasAgent |= name.equals("user-agent");
            line(text, header.name(), header.value());
        }
        if (!hasHost) {
            line(text, "Host", host + ":" + get.port());
        }
        if (!hasAgent) {
            line(text, "User-Agent", "kube-probe/1.34");
        }
        line(text, "Accept", "*/*");
        line(text, "Connection", "close");
        return text.append("\r\n").toString();
    }

    /// Line breaks inside a value would be another header.
    private static void line(StringBuilder text, String name, String value) {
        text.append(name.replaceAll("[\\r\\n:]", ""))
                .append(": ")
                .append(value.replaceAll("[\\r\\n]", " "))
                .append("\r\n");
    }

    private static int status(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && line.length() < STATUS_LINE; c = in.read()) {
            line.append((char) c);
        }
        String[] words = line.toString().strip().split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/") || !words[1].matches("[0-9]{3}")) {
            throw new IOException(
                    line.isEmpty()
                            ? "EOF"
                            : "malformed HTTP response \"" + line.toString().strip() + "\"");
        }
        return Integer.parseInt(words[1]);
    }

    private static Socket tls(Socket plain, String host, int port) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsAll()}, null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /// The extended kind, so that nobody checks host names either.
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
