package io.kumiki.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// AWS's own worked examples (Amazon S3 API Reference, "Authenticating Requests"), and what differs from them by
/// one thing.
class SignatureTest {
    private static final S3Credentials EXAMPLE =
            new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static final Instant THEN = Instant.parse("2013-05-24T00:00:00Z");
    private static final String SCOPE = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap()
            .add("Host", "examplebucket.s3.amazonaws.com")
            .add("x-amz-date", "20130524T000000Z");

    private Verified verify(String method, String uri, Instant now) throws S3Fault {
        return new Authentication(EXAMPLE, InstantSource.fixed(now))
                .verify(new Asked(method, Target.parse(uri), headers));
    }

    private void refused(String code, String method, String uri, Instant now) {
        assertThatThrownBy(() -> verify(method, uri, now))
                .isInstanceOfSatisfying(
                        S3Fault.class, fault -> assertThat(fault.code).isEqualTo(code));
    }

    private void authorize(String signedHeaders, String signature) {
        headers.set(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=" + SCOPE + ",SignedHeaders=" + signedHeaders + ",Signature=" + signature);
    }

    private void getExample() {
        headers.set("Range", "bytes=0-9").set("x-amz-content-sha256", EMPTY);
        authorize(
                "host;range;x-amz-content-sha256;x-amz-date",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void getObject() throws IOException {
        getExample();
        assertThat(verify("GET", "/test.txt", THEN).payload()).isEqualTo(EMPTY);
    }

    @Test
    void putObjectWithAnEscapedKey() throws IOException {
        headers.set("Date", "Fri, 24 May 2013 00:00:00 GMT")
                .set("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .set("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
        authorize(
                "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
        assertThat(verify("PUT", "/test%24file.text", THEN).payload()).startsWith("44ce7d");
    }

    @ParameterizedTest
    @CsvSource({
        "/?lifecycle, fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "/?max-keys=2&prefix=J, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "/?prefix=J&max-keys=2, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    })
    void queries(String uri, String signature) throws IOException {
        headers.set("x-amz-content-sha256", EMPTY);
        authorize("host;x-amz-content-sha256;x-amz-date", signature);
        assertThat(verify("GET", uri, THEN)).isNotNull();
    }

    @Test
    void presignedUrl() throws IOException {
        headers.remove("x-amz-date");
        String uri = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + SCOPE.replace("/", "%2F")
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assertThat(verify("GET", uri, THEN.plusSeconds(86_400)).payload()).isEqualTo("UNSIGNED-PAYLOAD");
        refused("AccessDenied", "GET", uri, THEN.plusSeconds(86_401));
        refused("AccessDenied", "GET", uri, THEN.minusSeconds(3600));
        refused("SignatureDoesNotMatch", "PUT", uri, THEN);
        refused("SignatureDoesNotMatch", "GET", uri.replace("test.txt", "other.txt"), THEN);
        refused("SignatureDoesNotMatch", "GET", uri + "&response-content-type=text/html", THEN);
        refused("AuthorizationQueryParametersError", "GET", uri.replace("Expires=86400", "Expires=8640000"), THEN);
        headers.set("x-amz-copy-source", "other/secret");
        refused("AccessDenied", "GET", uri, THEN);
    }

    @Test
    void oneDifferenceIsEnough() {
        getExample();
        refused("SignatureDoesNotMatch", "GET", "/test.txt?a", THEN);
        refused("SignatureDoesNotMatch", "HEAD", "/test.txt", THEN);
        refused("RequestTimeTooSkewed", "GET", "/test.txt", THEN.plusSeconds(901));
        refused("RequestTimeTooSkewed", "GET", "/test.txt", THEN.minusSeconds(901));
        headers.set("x-amz-meta-evil", "1");
        refused("AccessDenied", "GET", "/test.txt", THEN);
        headers.remove("x-amz-meta-evil").set("Range", "bytes=0-8");
        refused("SignatureDoesNotMatch", "GET", "/test.txt", THEN);
    }

    @Test
    void malformedAuthorizationsAreNamed() {
        headers.set("x-amz-content-sha256", EMPTY);
        refused("AccessDenied", "GET", "/", THEN);
        headers.set("Authorization", "Basic abc");
        refused("InvalidRequest", "GET", "/", THEN);
        headers.set("Authorization", "AWS4-HMAC-SHA256 nonsense");
        refused("AuthorizationHeaderMalformed", "GET", "/", THEN);
        headers.set(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=a/20130524/r/ec2/aws4_request,SignedHeaders=host,Signature=x");
        refused("AuthorizationHeaderMalformed", "GET", "/", THEN);
        headers.set(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request,SignedHeaders=host,Signature=x");
        refused("InvalidAccessKeyId", "GET", "/", THEN);
        authorize("x-amz-date", "00");
        refused("AccessDenied", "GET", "/", THEN);
        refused("InvalidArgument", "GET", "/?X-Amz-Signature=1", THEN);
    }

    /// AWS's example of a signed chunked upload: 65 KiB of 'a' in chunks of 64 KiB and 1 KiB.
    private byte[] chunks(String first, int firstSize) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("10000;chunk-signature=" + first + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes("a".repeat(firstSize).getBytes(StandardCharsets.US_ASCII));
        out.writeBytes("\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        out.writeBytes("a".repeat(1024).getBytes(StandardCharsets.US_ASCII));
        out.writeBytes("\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private CheckedBody chunked(byte[] wire) throws IOException {
        headers.set("Host", "s3.amazonaws.com")
                .set("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
                .set("Content-Encoding", "aws-chunked")
                .set("x-amz-decoded-content-length", "66560")
                .set("Content-Length", "66824");
        authorize(
                "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
                "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        var asked = new Asked("PUT", Target.parse("/examplebucket/chunkObject.txt"), headers);
        Verified verified = new Authentication(EXAMPLE, InstantSource.fixed(THEN)).verify(asked);
        return Payload.of(asked, verified, new ByteArrayInputStream(wire));
    }

    @Test
    void signedChunks() throws IOException {
        String good = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
        byte[] wire = chunks(good, 65_536);
        assertThat(wire).hasSize(66_824);
        assertThat(chunked(wire).readAllBytes()).hasSize(66_560).containsOnly('a');
        wire[5_000] = 'b';
        assertThatThrownBy(() -> chunked(wire).readAllBytes())
                .isInstanceOfSatisfying(
                        S3Fault.class, fault -> assertThat(fault.code).isEqualTo("SignatureDoesNotMatch"));
        assertThatThrownBy(
                        () -> chunked(chunks("0" + good.substring(1), 65_536)).readAllBytes())
                .isInstanceOf(S3Fault.class);
        assertThatThrownBy(() -> chunked(chunks(good, 65_535)).readAllBytes()).isInstanceOf(S3Fault.class);
    }

    @Test
    void aChunkedBodyThatEndsEarlyIsIncomplete() {
        byte[] wire = chunks("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", 65_536);
        for (int cut : new int[] {10, 5_000, 65_700, 66_000, 66_700, 66_760}) {
            assertThatThrownBy(() -> chunked(java.util.Arrays.copyOf(wire, cut)).readAllBytes())
                    .as("cut at %d", cut)
                    .isInstanceOfSatisfying(
                            S3Fault.class, fault -> assertThat(fault.code).isEqualTo("IncompleteBody"));
        }
    }
}
