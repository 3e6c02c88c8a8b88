package io.kumiki.app;

import java.io.IOException;
import java.util.Locale;

/// Opens the dashboard where there is a desktop to open it on; never fails a start.
final class Browser {
    private Browser() {}

    static void open(String url) {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        if (System.console() == null
                || (!mac && System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null)) {
            return;
        }
        try {
            new ProcessBuilder(mac ? "open" : "xdg-open", url)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            System.out.println("(no browser could be opened: " + e.getMessage() + ")");
        }
    }
}
