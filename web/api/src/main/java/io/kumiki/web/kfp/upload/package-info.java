/// What a user uploads: zip and tar.gz packages, YAML; every limit is checked before the thing it limits is built.
/// Nothing is written to disk and no entry name is ever used as a path.
@org.jspecify.annotations.NullMarked
package io.kumiki.web.kfp.upload;
