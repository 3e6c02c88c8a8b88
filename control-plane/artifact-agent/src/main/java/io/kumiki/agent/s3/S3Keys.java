package io.kumiki.agent.s3;

/// What a request is signed with. The text form hides the secret.
public record S3Keys(String access, String secret, String region) {
    @Override
    public String toString() {
        return "S3Keys[" + access + ", " + region + "]";
    }
}
