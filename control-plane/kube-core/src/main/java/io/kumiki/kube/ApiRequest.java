package io.kumiki.kube;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request on the Kubernetes API, already authenticated and read whole; the shell has bounded its size.
///
/// @param path decoded, without the query
/// @param query decoded, in the order given
/// @param headers names in lower case; repeated ones joined by commas, those of impersonation by line breaks
public record ApiRequest(
        String method,
        String path,
        Map<String, List<String>> query,
        Map<String, String> headers,
        byte[] body,
        Caller caller) {

    public @Nullable String query(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /// As Kubernetes reads it: present and neither `false` nor `0`. Python sends `True`.
    public boolean flag(String name) {
        String value = query(name);
        return value != null && !value.equalsIgnoreCase("false") && !value.equals("0");
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
