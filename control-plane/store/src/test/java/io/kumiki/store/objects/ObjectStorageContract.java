package io.kumiki.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.store.objects.ObjectFault.Code;
import io.kumiki.store.objects.Uploads.PartRef;
import io.kumiki.store.objects.Uploads.Upload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every object storage has to do.
abstract class ObjectStorageContract {
    protected ObjectStorage storage;

    protected abstract ObjectStorage open() throws Exception;

    @BeforeEach
    void openStorage() throws Exception {
        storage = open();
        storage.createBucket("bucket");
    }

    @AfterEach
    void closeStorage() {
        storage.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] read(String key) throws IOException {
        try (StoredObject object = storage.get("bucket", key)) {
            return object.bytes();
        }
    }

    private byte[] read(String key, long offset, long length) throws IOException {
        try (StoredObject object = storage.get("bucket", key, offset, length)) {
            return object.bytes();
        }
    }

    private static void refused(Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ObjectFault.class, fault -> assertThat(fault.code()).isEqualTo(code));
    }

    @Test
    void whatWasPutComesBackWithItsAttributes() throws IOException {
        var attributes = new Attributes(Map.of("content-type", "text/csv"), Map.of("owner", "me"));
        ObjectHead put = storage.put("bucket", "a/b", bytes("hello"), attributes);
        assertThat(put.etag()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
        assertThat(storage.head("bucket", "a/b")).isEqualTo(put);
        assertThat(put.headers()).isEqualTo(Map.of("content-type", "text/csv"));
        assertThat(put.metadata()).isEqualTo(Map.of("owner", "me"));
        assertThat(read("a/b")).isEqualTo(bytes("hello"));
        assertThat(storage.head("bucket", "other")).isNull();
        refused(Code.NO_SUCH_KEY, () -> storage.get("bucket", "other"));
        refused(Code.NO_SUCH_BUCKET, () -> storage.get("nobody", "other"));
        refused(Code.NO_SUCH_BUCKET, () -> storage.put("nobody", "x", bytes("")));
    }

    @Test
    void rangesAreCutAtTheEnd() throws IOException {
        storage.put("bucket", "k", bytes("0123456789"));
        assertThat(read("k", 2, 3)).isEqualTo(bytes("234"));
        assertThat(read("k", 8, 100)).isEqualTo(bytes("89"));
        assertThat(read("k", 10, 1)).isEmpty();
        assertThat(read("k", 0, 0)).isEmpty();
    }

    @Test
    void aReaderKeepsItsVersionWhileTheKeyIsOverwrittenAndDeleted() throws IOException {
        storage.put("bucket", "k", bytes("first"));
        try (StoredObject open = storage.get("bucket", "k")) {
            storage.put("bucket", "k", bytes("second"));
            assertThat(read("k")).isEqualTo(bytes("second"));
            assertThat(storage.delete("bucket", "k")).isTrue();
            assertThat(open.bytes()).isEqualTo(bytes("first"));
        }
        assertThat(storage.delete("bucket", "k")).isFalse();
    }

    @Test
    void aBodyThatBreaksOffStoresNothing() {
        storage.put("bucket", "k", bytes("kept"));
        InputStream broken = new InputStream() {
            private int left = 300_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("gone");
                }
                return 'x';
            }
        };
        assertThatThrownBy(() -> storage.put("bucket", "k", broken, Attributes.NONE))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        assertThat(storage.head("bucket", "k").size()).isEqualTo(4);
    }

    @Test
    void bucketsAreListedAndDeletedWhenEmpty() {
        assertThat(storage.createBucket("another")).isTrue();
        assertThat(storage.createBucket("another")).isFalse();
        storage.put("another", "k", bytes("x"));
        refused(Code.BUCKET_NOT_EMPTY, () -> storage.deleteBucket("another"));
        storage.delete("another", "k");
        storage.deleteBucket("another");
        assertThat(storage.hasBucket("another")).isFalse();
        assertThat(storage.buckets()).extracting(ObjectStorage.Bucket::name).containsExactly("bucket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "Upper", "under_score", "a..b", "-ab", "ab-", "a/b", ""})
    void namesOutsideTheRulesAreRefused(String bucket) {
        refused(Code.INVALID_BUCKET_NAME, () -> storage.createBucket(bucket));
    }

    @Test
    void keysAreBytesNotPaths() throws IOException {
        for (String key : List.of("../../escape", "/", "//", ".", "a/../b", "日本語", "x".repeat(1024))) {
            storage.put("bucket", key, bytes(key));
            assertThat(read(key)).isEqualTo(bytes(key));
        }
        refused(Code.KEY_TOO_LONG, () -> storage.put("bucket", "x".repeat(1025), bytes("")));
        refused(Code.KEY_TOO_LONG, () -> storage.put("bucket", "", bytes("")));
        refused(Code.KEY_TOO_LONG, () -> storage.put("bucket", "a\0b", bytes("")));
    }

    @Test
    void copiesLiveOnWithoutTheirSource() throws IOException {
        storage.put("bucket", "from", bytes("bytes"), Attributes.contentType("text/plain"));
        ObjectHead copy = storage.copy("bucket", "from", "bucket", "to", null);
        storage.delete("bucket", "from");
        assertThat(read("to")).isEqualTo(bytes("bytes"));
        assertThat(copy.headers()).containsEntry("content-type", "text/plain");
        ObjectHead renamed = storage.copy("bucket", "to", "bucket", "to", Attributes.contentType("text/html"));
        assertThat(renamed.headers()).containsEntry("content-type", "text/html");
        assertThat(read("to")).isEqualTo(bytes("bytes"));
    }

    @Test
    void listsRollUpFoldersAndResumeAnywhere() {
        var keys = new TreeSet<>(List.of("a", "a/1", "a/2", "a/b/3", "aa", "b/", "b/1", "c", "z/z"));
        keys.forEach(key -> storage.put("bucket", key, bytes("x")));
        assertThat(walk("", "", 3)).containsExactlyElementsOf(keys);
        for (int size : new int[] {1, 2, 3, 100}) {
            assertThat(walk("", "/", size)).as("pages of %d", size).containsExactly("a", "a/", "aa", "b/", "c", "z/");
            assertThat(walk("a/", "/", size)).containsExactly("a/1", "a/2", "a/b/");
            assertThat(walk("a", "", size)).containsExactly("a", "a/1", "a/2", "a/b/3", "aa");
        }
        assertThat(storage.list("bucket", "", "a/2", 2).objects())
                .extracting(ObjectHead::key)
                .containsExactly("a/b/3", "aa");
        assertThat(storage.list("bucket", "nothing", "", 2).objects()).isEmpty();
        refused(Code.NO_SUCH_BUCKET, () -> storage.list("nobody", "", "", 2));
    }

    @Test
    void keysAreOrderedAsUtf8NotAsUtf16() {
        // U+FFFD sorts before U+10000 in UTF-8, after it in UTF-16.
        storage.put("bucket", "\uFFFD", bytes("1"));
        storage.put("bucket", "\uD800\uDC00", bytes("2"));
        assertThat(walk("", "", 1)).containsExactly("\uFFFD", "\uD800\uDC00");
    }

    /// Against a sorted set, over random keys, prefixes, delimiters and page sizes.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void listsAgreeWithAModel(long seed) {
        var random = new SplittableRandom(seed);
        var keys = new TreeSet<String>();
        for (int i = 0; i < 60; i++) {
            var key = new StringBuilder();
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                key.append("ab/é".charAt(random.nextInt(4)));
            }
            if (keys.add(key.toString())) {
                storage.put("bucket", key.toString(), bytes("x"));
            }
        }
        for (String prefix : List.of("", "a", "a/", "/", "é/", "b/a")) {
            for (String delimiter : List.of("", "/", "a")) {
                var expected = new TreeSet<String>();
                for (String key : keys) {
                    if (key.startsWith(prefix)) {
                        int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                        expected.add(at < 0 ? key : key.substring(0, at + delimiter.length()));
                    }
                }
                assertThat(walk(prefix, delimiter, random.nextInt(1, 7)))
                        .as("seed %d prefix '%s' delimiter '%s'", seed, prefix, delimiter)
                        .containsExactlyElementsOf(expected);
            }
        }
    }

    private List<String> walk(String prefix, String delimiter, int size) {
        var found = new ArrayList<String>();
        String after = "";
        while (after != null) {
            Listing page = storage.list("bucket", prefix, delimiter, after, size);
            assertThat(page.objects().size() + page.folders().size()).isLessThanOrEqualTo(size);
            var both = new TreeSet<>(page.folders());
            page.objects().forEach(object -> both.add(object.key()));
            found.addAll(both.stream()
                    .sorted((a, b) -> java.util.Arrays.compareUnsigned(bytes(a), bytes(b)))
                    .toList());
            after = page.next();
        }
        return found;
    }

    @Test
    void partsBecomeOneObject() throws IOException {
        Upload upload = storage.uploads().create("bucket", "big", Attributes.contentType("a/b"));
        byte[] first = new byte[5 << 20];
        java.util.Arrays.fill(first, (byte) 'a');
        String one = storage.uploads()
                .put(upload, 1, new ByteArrayInputStream(first))
                .etag();
        storage.uploads().put(upload, 7, new ByteArrayInputStream(bytes("replaced")));
        String last = storage.uploads()
                .put(upload, 7, new ByteArrayInputStream(bytes("tail")))
                .etag();
        assertThat(storage.uploads().parts(upload, 1, 10))
                .extracting(Uploads.Part::number)
                .containsExactly(7);
        assertThat(storage.head("bucket", "big")).isNull();
        refused(Code.INVALID_PART, () -> storage.uploads().complete(upload, List.of(new PartRef(2, one))));
        refused(Code.INVALID_PART, () -> storage.uploads().complete(upload, List.of(new PartRef(1, last))));
        refused(
                Code.INVALID_PART_ORDER,
                () -> storage.uploads().complete(upload, List.of(new PartRef(7, last), new PartRef(1, one))));
        refused(Code.PART_TOO_SMALL, () -> {
            storage.uploads().put(upload, 2, new ByteArrayInputStream(bytes("tail")));
            storage.uploads().complete(upload, List.of(new PartRef(2, last), new PartRef(7, last)));
        });
        ObjectHead head = storage.uploads().complete(upload, List.of(new PartRef(1, one), new PartRef(7, last)));
        assertThat(head.etag()).endsWith("-2");
        assertThat(head.size()).isEqualTo((5 << 20) + 4);
        assertThat(read("big", (5 << 20) - 2, 4)).isEqualTo(bytes("aata"));
        assertThat(read("big", (5 << 20) + 1, 40)).isEqualTo(bytes("ail"));
        refused(Code.NO_SUCH_UPLOAD, () -> storage.uploads().complete(upload, List.of(new PartRef(1, one))));
        try (StoredObject open = storage.get("bucket", "big")) {
            storage.delete("bucket", "big");
            assertThat(open.bytes()).hasSize((5 << 20) + 4);
        }
    }

    @Test
    void anAbortedUploadIsForgotten() throws IOException {
        Upload upload = storage.uploads().create("bucket", "big", Attributes.NONE);
        storage.uploads().put(upload, 1, new ByteArrayInputStream(bytes("x")));
        assertThat(storage.uploads().list("bucket", "b", 10))
                .extracting(Upload::id)
                .containsExactly(upload.id());
        storage.uploads().abort(upload);
        assertThat(storage.uploads().list("bucket", "", 10)).isEmpty();
        refused(Code.NO_SUCH_UPLOAD, () -> storage.uploads().get(upload.id(), "bucket", "big"));
        refused(Code.NO_SUCH_UPLOAD, () -> storage.uploads().put(upload, 1, new ByteArrayInputStream(bytes("x"))));
    }
}
