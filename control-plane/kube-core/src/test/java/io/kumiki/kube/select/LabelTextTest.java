package io.kumiki.kube.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The rules as Kubernetes writes them, as expressions, are what the letter by letter check must agree with.
class LabelTextTest {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    private static final String LETTERS = "aZ09-_./é";

    @Test
    void agreesWithTheExpressions() {
        var random = new Random(7);
        int good = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder made = new StringBuilder();
            int length = random.nextInt(8);
            for (int n = 0; n < length; n++) {
                made.append(LETTERS.charAt(random.nextInt(random.nextInt(LETTERS.length()) + 1)));
            }
            String text = made.toString();
            assertThat(LabelText.label(text))
                    .as(text)
                    .isEqualTo(LABEL.matcher(text).matches());
            assertThat(LabelText.subdomain(text))
                    .as(text)
                    .isEqualTo(SUBDOMAIN.matcher(text).matches());
            assertThat(LabelText.validKey(text)).as(text).isEqualTo(key(text));
            good += LabelText.validKey(text) && text.contains("/") ? 1 : 0;
        }
        assertThat(good).isGreaterThan(1_000);
    }

    private static boolean key(String text) {
        int slash = text.indexOf('/');
        return NAME.matcher(text.substring(slash + 1)).matches()
                && (slash < 0 || SUBDOMAIN.matcher(text.substring(0, slash)).matches());
    }

    @Test
    void isBounded() {
        String longest = "a".repeat(63);
        assertThat(LabelText.validValue(longest)).isTrue();
        assertThat(LabelText.validValue(longest + "a")).isFalse();
        assertThat(LabelText.validKey("b/" + longest)).isTrue();
        assertThat(LabelText.validKey("b/" + longest + "a")).isFalse();
        assertThat(LabelText.validKey("b".repeat(253) + "/a")).isTrue();
        assertThat(LabelText.validKey("b".repeat(254) + "/a")).isFalse();
    }
}
