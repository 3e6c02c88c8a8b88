package io.kumiki.store.s3;

/// `x-amz-copy-source`: bucket and key, percent-encoded, with or without a leading slash.
record CopySource(String bucket, String key) {
    static CopySource of(Asked asked) throws S3Fault {
        String text = asked.header("x-amz-copy-source", "");
        int question = text.indexOf("?versionId=");
        if (question >= 0) {
            if (!text.endsWith("?versionId=null")) {
                throw S3Fault.notImplemented("versioning in x-amz-copy-source");
            }
            text = text.substring(0, question);
        }
        String decoded = Target.decode(text.startsWith("/") ? text.substring(1) : text, false);
        int slash = decoded.indexOf('/');
        if (slash < 1 || slash == decoded.length() - 1) {
            throw S3Fault.argument("x-amz-copy-source is bucket/key, found '" + text + "'");
        }
        return new CopySource(decoded.substring(0, slash), decoded.substring(slash + 1));
    }
}
