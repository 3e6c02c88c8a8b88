package io.kumiki.kube.kinds;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, then everything else by letters.
public final class ApiVersions {
    private static final Pattern FORM = Pattern.compile("v(\\d{1,9})(?:(alpha|beta)(\\d{1,9}))?");

    public static final Comparator<String> NEWEST_FIRST =
            Comparator.comparing(ApiVersions::rank).reversed().thenComparing(Comparator.naturalOrder());

    private ApiVersions() {}

    private static long rank(String version) {
        Matcher m = FORM.matcher(version);
        if (!m.matches()) {
            return -1;
        }
        long stage = m.group(2) == null ? 2 : m.group(2).equals("beta") ? 1 : 0;
        long minor = m.group(3) == null ? 0 : Long.parseLong(m.group(3));
        return stage << 60 | Long.parseLong(m.group(1)) << 30 | minor;
    }
}
