package io.kumiki.runtime.http;

/// One file of a multipart form. The file name is what the client said: a label, never a path.
public record Upload(String field, String fileName, String contentType, byte[] content) {}
