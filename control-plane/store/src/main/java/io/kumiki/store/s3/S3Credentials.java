package io.kumiki.store.s3;

/// One key pair that may do everything.
public record S3Credentials(String accessKey, String secretKey) {
    @Override
    public String toString() {
        return "S3Credentials[" + accessKey + ", …]";
    }
}
