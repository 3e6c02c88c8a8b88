package io.kumiki.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Paths, ranges and documents.
class SmallPartsTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-9,       0, 10",
        "bytes=90-,      90, 10",
        "bytes=-5,       95,  5",
        "bytes=-500,      0, 100",
        "bytes=50-5000,  50, 50",
    })
    void ranges(String header, long from, long length) throws IOException {
        assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange(from, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=5-4", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "bytes=a-b", "bytes=99999999999999999999-"
            })
    void rangesThatAreIgnored(String header) throws IOException {
        assertThat(ByteRange.of(header, 100)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void rangesOutside(String header) {
        assertThatThrownBy(() -> ByteRange.of(header, 100))
                .isInstanceOf(S3Fault.class)
                .hasMessageContaining("100 bytes");
        assertThatThrownBy(() -> ByteRange.of("bytes=0-", 0)).isInstanceOf(S3Fault.class);
    }

    @Test
    void targets() throws IOException {
        Target target = Target.parse("/b/a%2Fb%20c+d/%E6%97%A5?prefix=x+y%2B&delete&a=b=c");
        assertThat(target.bucket).isEqualTo("b");
        assertThat(target.key).isEqualTo("a/b c+d/日");
        assertThat(target.parameter("prefix")).isEqualTo("x y+");
        assertThat(target.has("delete")).isTrue();
        assertThat(target.parameter("a")).isEqualTo("b=c");
        assertThat(Target.encode("a/b c~日+", true)).isEqualTo("a/b%20c~%E6%97%A5%2B");
        assertThatThrownBy(() -> Target.parse("/b/%zz")).isInstanceOf(S3Fault.class);
        assertThatThrownBy(() -> Target.parse("/b/%2")).isInstanceOf(S3Fault.class);
        assertThatThrownBy(() -> Target.parse("*")).isInstanceOf(S3Fault.class);
    }

    private static XmlBody xml(String text) throws IOException {
        return XmlBody.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "Delete", "Object", 3);
    }

    @Test
    void documents() throws IOException {
        XmlBody body = xml(
                "<Delete xmlns=\"x\"><Object><Key>a&lt;b</Key></Object><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>");
        assertThat(body.records()).isEqualTo(List.of(Map.of("Key", "a<b"), Map.of("Key", "c")));
        assertThat(body.fields()).isEqualTo(Map.of("Quiet", "true"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "<Delete>",
                "<Other/>",
                "<Delete><Object/><Object/><Object/><Object/></Delete>",
                "<!DOCTYPE Delete [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Delete><Object><Key>&x;</Key></Object></Delete>",
                "<Delete><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></Delete>"
            })
    void documentsThatAreRefused(String text) {
        assertThatThrownBy(() -> xml(text))
                .isInstanceOfSatisfying(S3Fault.class, f -> assertThat(f.code).isEqualTo("MalformedXML"));
    }
}
