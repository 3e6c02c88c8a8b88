package io.kumiki.store.s3;

import java.time.Instant;
import java.time.InstantSource;

/// Who asks: one key pair, by any of the signatures.
final class Authentication {
    private final S3Credentials credentials;
    private final InstantSource clock;

    Authentication(S3Credentials credentials, InstantSource clock) {
        this.credentials = credentials;
        this.clock = clock;
    }

    Verified verify(Asked asked) throws S3Fault {
        Instant now = clock.instant();
        String authorization = asked.header("Authorization");
        boolean inQuery = asked.target().has("X-Amz-Signature");
        boolean old = asked.target().has("Signature") && asked.target().has("AWSAccessKeyId");
        if ((authorization != null ? 1 : 0) + (inQuery ? 1 : 0) + (old ? 1 : 0) > 1) {
            throw S3Fault.argument("a request is signed in one way: header or query, found both");
        }
        if (authorization != null) {
            if (!authorization.startsWith(SignatureV4.ALGORITHM + " ")) {
                throw S3Fault.badRequest("the Authorization header is " + SignatureV4.ALGORITHM
                        + "; set the client to signature version s3v4");
            }
            return SignatureV4.header(asked, credentials, now);
        }
        if (inQuery) {
            return SignatureV4.query(asked, credentials, now);
        }
        if (old) {
            return SignatureV2.query(asked, credentials, now);
        }
        throw S3Fault.denied("every request is signed; the keys are in s3.env of the data folder");
    }
}
