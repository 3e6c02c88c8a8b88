"""Checks an S3 endpoint with an unmodified boto3. Arguments: endpoint access-key secret-key. Prints one line per check; exit 1 on failure."""

import base64
import hashlib
import io
import os
import sys
import tempfile
import threading
import traceback
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError, MissingDependencyException

ENDPOINT, ACCESS, SECRET = sys.argv[1:4]


def client(signature="s3v4", **options):
    config = Config(
        signature_version=signature,
        s3={"addressing_style": "path", **options.pop("s3", {})},
        retries={"max_attempts": 1},
        **options,
    )
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=config,
    )


s3 = client()
BUCKET = "check-bucket"
failures = []
count = 0


def check(function):
    global count
    count += 1
    name = function.__name__
    try:
        function()
        print("ok   " + name)
    except Exception:
        failures.append(name)
        print("FAIL " + name)
        traceback.print_exc(file=sys.stdout)
    return function


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        found = e.response["Error"]["Code"]
        http = e.response["ResponseMetadata"]["HTTPStatusCode"]
        assert found == code and http == status, f"wanted {code} {status}, found {found} {http}: {e}"
        return e
    raise AssertionError(f"wanted {code}, but it was allowed")


def body(key, **arguments):
    return s3.get_object(Bucket=BUCKET, Key=key, **arguments)["Body"].read()


@check
def buckets():
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket=BUCKET)
    assert BUCKET in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    s3.head_bucket(Bucket=BUCKET)
    refused("404", 404, s3.head_bucket, Bucket="no-such-bucket")
    refused("NoSuchBucket", 404, s3.list_objects_v2, Bucket="no-such-bucket")
    refused("InvalidBucketName", 400, s3.create_bucket, Bucket="UPPER")
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


@check
def put_and_get():
    data = os.urandom(100_000)
    put = s3.put_object(Bucket=BUCKET, Key="a/b.bin", Body=data, ContentType="image/png", Metadata={"owner": "me"}, CacheControl="no-store")
    assert put["ETag"] == '"' + hashlib.md5(data).hexdigest() + '"'
    got = s3.get_object(Bucket=BUCKET, Key="a/b.bin")
    assert got["Body"].read() == data
    assert got["ContentType"] == "image/png" and got["Metadata"] == {"owner": "me"} and got["CacheControl"] == "no-store"
    assert got["ContentLength"] == 100_000
    head = s3.head_object(Bucket=BUCKET, Key="a/b.bin", ChecksumMode="ENABLED")
    assert head["ContentLength"] == 100_000
    assert head["ChecksumCRC32"] == base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="nothing")
    refused("404", 404, s3.head_object, Bucket=BUCKET, Key="nothing")


@check
def empty_and_overwritten():
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    assert body("empty") == b""
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"now full")
    assert body("empty") == b"now full"


@check
def strange_keys():
    keys = ["sp ace", "plus+plus", "per%25cent", "ü/日本語", "quote\"'<&>", "a//b", "trailing/", "./x/../y", "emoji😀", "new\nline", "~tilde_-.!*()"]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key="odd/" + key, Body=key.encode())
    for key in keys:
        assert body("odd/" + key) == key.encode(), key
    listed = [o["Key"][4:] for o in s3.list_objects_v2(Bucket=BUCKET, Prefix="odd/")["Contents"]]
    assert listed == sorted(keys, key=lambda k: k.encode()), listed
    assert [o["Key"][4:] for o in s3.list_objects(Bucket=BUCKET, Prefix="odd/")["Contents"]] == listed
    refused("KeyTooLongError", 400, s3.put_object, Bucket=BUCKET, Key="x" * 1025, Body=b"")


@check
def ranges_and_conditions():
    data = bytes(range(256)) * 10
    etag = s3.put_object(Bucket=BUCKET, Key="range", Body=data)["ETag"]
    part = s3.get_object(Bucket=BUCKET, Key="range", Range="bytes=10-19")
    assert part["Body"].read() == data[10:20] and part["ContentRange"] == "bytes 10-19/2560"
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert body("range", Range="bytes=2550-") == data[2550:]
    assert body("range", Range="bytes=-6") == data[-6:]
    assert body("range", Range="bytes=2000-999999") == data[2000:]
    refused("InvalidRange", 416, s3.get_object, Bucket=BUCKET, Key="range", Range="bytes=2560-")
    assert body("range", IfMatch=etag) == data
    refused("PreconditionFailed", 412, s3.get_object, Bucket=BUCKET, Key="range", IfMatch='"other"')
    refused("304", 304, s3.get_object, Bucket=BUCKET, Key="range", IfNoneMatch=etag)
    got = s3.get_object(Bucket=BUCKET, Key="range", ResponseContentType="text/x", ResponseContentDisposition="attachment; filename=y")
    assert got["ContentType"] == "text/x" and got["ContentDisposition"] == "attachment; filename=y"
    modified = s3.head_object(Bucket=BUCKET, Key="range")["LastModified"]
    refused("304", 304, s3.get_object, Bucket=BUCKET, Key="range", IfModifiedSince=modified)
    assert body("range", IfUnmodifiedSince=modified) == data


@check
def checksums():
    for algorithm in ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]:
        try:
            put = s3.put_object(Bucket=BUCKET, Key="sum", Body=b"hello", ChecksumAlgorithm=algorithm)
        except MissingDependencyException:
            # botocore computes these only with its native extension.
            continue
        assert put["Checksum" + algorithm]
        assert s3.get_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")["Checksum" + algorithm] == put["Checksum" + algorithm]
    refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key="bad", Body=b"hello", ChecksumCRC32="AAAAAA==")
    refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key="bad", Body=b"hello", ContentMD5=base64.b64encode(b"0" * 16).decode())
    # CRC-64/NVME of the standard test vector.
    s3.put_object(Bucket=BUCKET, Key="nvme", Body=b"123456789", ChecksumCRC64NVME=base64.b64encode(0xAE8B14860A799888.to_bytes(8, "big")).decode())
    refused("404", 404, s3.head_object, Bucket=BUCKET, Key="bad")


@check
def lists_with_folders_and_pages():
    for n in range(25):
        s3.put_object(Bucket=BUCKET, Key=f"list/{n // 10}/{n:02}", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="list/top", Body=b"x")
    page = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["list/0/", "list/1/", "list/2/"]
    assert [o["Key"] for o in page["Contents"]] == ["list/top"] and page["KeyCount"] == 4
    for size in (1, 2, 3, 7, 26):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size})
        keys = [o["Key"] for p in pages for o in p["Contents"]]
        assert keys == sorted(keys) and len(keys) == 26, (size, keys)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size})
        found = [x for p in pages for x in [c["Prefix"] for c in p.get("CommonPrefixes", [])] + [o["Key"] for o in p.get("Contents", [])]]
        assert found == ["list/0/", "list/1/", "list/2/", "list/top"], (size, found)
        pages = s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size})
        found = [x for p in pages for x in [c["Prefix"] for c in p.get("CommonPrefixes", [])] + [o["Key"] for o in p.get("Contents", [])]]
        assert found == ["list/0/", "list/1/", "list/2/", "list/top"], (size, found)
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/2/23")
    assert [o["Key"] for o in after["Contents"]] == ["list/2/24", "list/top"]
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="list/none")["KeyCount"] == 0
    assert s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)["KeyCount"] == 0


@check
def copies():
    s3.put_object(Bucket=BUCKET, Key="from ü", Body=b"copied", ContentType="text/plain", Metadata={"k": "v"})
    s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "from ü"})
    got = s3.get_object(Bucket=BUCKET, Key="to")
    assert got["Body"].read() == b"copied" and got["Metadata"] == {"k": "v"} and got["ContentType"] == "text/plain"
    s3.copy_object(Bucket=BUCKET, Key="to", CopySource=f"{BUCKET}/to", MetadataDirective="REPLACE", Metadata={"n": "w"})
    assert s3.head_object(Bucket=BUCKET, Key="to")["Metadata"] == {"n": "w"}
    s3.delete_object(Bucket=BUCKET, Key="from ü")
    assert body("to") == b"copied"
    refused("InvalidRequest", 400, s3.copy_object, Bucket=BUCKET, Key="to", CopySource=f"{BUCKET}/to")
    refused("NoSuchKey", 404, s3.copy_object, Bucket=BUCKET, Key="to", CopySource=f"{BUCKET}/gone")
    refused("PreconditionFailed", 412, s3.copy_object, Bucket=BUCKET, Key="x", CopySource=f"{BUCKET}/to", CopySourceIfMatch="other")


@check
def deletes():
    for n in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"del/{n}", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="del/0")
    s3.delete_object(Bucket=BUCKET, Key="del/0")
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": f"del/{n}"} for n in range(1, 4)] + [{"Key": "del/<&>"}]})
    assert len(answer["Deleted"]) == 4
    assert "Deleted" not in s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "del/4"}], "Quiet": True})
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="del/")["KeyCount"] == 0


@check
def multipart():
    data = os.urandom(5 * 1024 * 1024) + os.urandom(5 * 1024 * 1024) + os.urandom(1000)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="multi", ContentType="a/b", Metadata={"m": "1"})["UploadId"]
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == [upload]
    five = 5 * 1024 * 1024
    parts = []
    for n, chunk in enumerate([data[:five], data[five : 2 * five], data[2 * five :]], 1):
        parts.append({"PartNumber": n, "ETag": s3.upload_part(Bucket=BUCKET, Key="multi", UploadId=upload, PartNumber=n, Body=chunk)["ETag"]})
    listed = s3.list_parts(Bucket=BUCKET, Key="multi", UploadId=upload, MaxParts=2)
    assert listed["IsTruncated"] and [p["PartNumber"] for p in listed["Parts"]] == [1, 2]
    refused("InvalidPartOrder", 400, s3.complete_multipart_upload, Bucket=BUCKET, Key="multi", UploadId=upload, MultipartUpload={"Parts": parts[::-1]})
    wrong = [{"PartNumber": 1, "ETag": '"00"'}]
    refused("InvalidPart", 400, s3.complete_multipart_upload, Bucket=BUCKET, Key="multi", UploadId=upload, MultipartUpload={"Parts": wrong})
    done = s3.complete_multipart_upload(Bucket=BUCKET, Key="multi", UploadId=upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-3"')
    got = s3.get_object(Bucket=BUCKET, Key="multi")
    assert got["Body"].read() == data and got["Metadata"] == {"m": "1"} and got["ContentType"] == "a/b"
    assert body("multi", Range=f"bytes={five - 5}-{five + 4}") == data[five - 5 : five + 5]
    assert body("multi", Range="bytes=-1500") == data[-1500:]
    refused("NoSuchUpload", 404, s3.complete_multipart_upload, Bucket=BUCKET, Key="multi", UploadId=upload, MultipartUpload={"Parts": parts})
    s3.copy_object(Bucket=BUCKET, Key="multi2", CopySource=f"{BUCKET}/multi")
    s3.delete_object(Bucket=BUCKET, Key="multi")
    assert body("multi2") == data


@check
def multipart_refusals_and_abort():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="aborted")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket=BUCKET, Key="aborted", UploadId=upload, PartNumber=n, Body=b"small")["ETag"]} for n in (1, 2)]
    refused("EntityTooSmall", 400, s3.complete_multipart_upload, Bucket=BUCKET, Key="aborted", UploadId=upload, MultipartUpload={"Parts": parts})
    refused("InvalidPart", 400, s3.upload_part, Bucket=BUCKET, Key="aborted", UploadId=upload, PartNumber=10_001, Body=b"")
    s3.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=upload)
    refused("NoSuchUpload", 404, s3.list_parts, Bucket=BUCKET, Key="aborted", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


@check
def part_copies():
    data = os.urandom(6 * 1024 * 1024)
    s3.put_object(Bucket=BUCKET, Key="big", Body=data)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="joined")["UploadId"]
    one = s3.upload_part_copy(Bucket=BUCKET, Key="joined", UploadId=upload, PartNumber=1, CopySource=f"{BUCKET}/big")
    two = s3.upload_part_copy(Bucket=BUCKET, Key="joined", UploadId=upload, PartNumber=2, CopySource=f"{BUCKET}/big", CopySourceRange="bytes=5-9")
    parts = [{"PartNumber": 1, "ETag": one["CopyPartResult"]["ETag"]}, {"PartNumber": 2, "ETag": two["CopyPartResult"]["ETag"]}]
    s3.complete_multipart_upload(Bucket=BUCKET, Key="joined", UploadId=upload, MultipartUpload={"Parts": parts})
    assert body("joined") == data + data[5:10]


@check
def transfer_of_files():
    data = os.urandom(24 * 1024 * 1024 + 7)
    with tempfile.TemporaryDirectory() as folder:
        open(folder + "/up", "wb").write(data)
        config = TransferConfig(multipart_threshold=8 * 1024 * 1024, multipart_chunksize=8 * 1024 * 1024, max_concurrency=4)
        s3.upload_file(folder + "/up", BUCKET, "file", Config=config)
        s3.download_file(BUCKET, "file", folder + "/down", Config=config)
        assert open(folder + "/down", "rb").read() == data
    s3.upload_fileobj(io.BytesIO(b"stream"), BUCKET, "stream")
    assert body("stream") == b"stream"


@check
def unsigned_payload_and_streaming():
    unsigned = client(s3={"payload_signing_enabled": False})
    unsigned.put_object(Bucket=BUCKET, Key="unsigned", Body=b"u" * 70_000)
    assert body("unsigned") == b"u" * 70_000

    class Stream(io.RawIOBase):
        """A body that cannot be hashed beforehand: boto3 sends aws-chunked with a trailer."""

        def __init__(self):
            self.left = 200_000

        def readable(self):
            return True

        def readinto(self, buffer):
            n = min(len(buffer), self.left)
            buffer[:n] = b"s" * n
            self.left -= n
            return n

    try:
        unsigned.put_object(Bucket=BUCKET, Key="chunked", Body=io.BufferedReader(Stream()), ContentLength=200_000)
        assert body("chunked") == b"s" * 200_000
    except Exception as e:
        if "seek" not in str(e).lower():
            raise


def url_open(url, method="GET", data=None, headers=None):
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as e:
        return e.code, e.read(), dict(e.headers)


@check
def presigned():
    s3.put_object(Bucket=BUCKET, Key="pre signed/ü", Body=b"url")
    for signature in ("s3v4", "s3", None):
        made = client(signature) if signature else client()
        get = made.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "pre signed/ü", "ResponseContentType": "text/csv"}, ExpiresIn=60)
        status, data, headers = url_open(get)
        assert (status, data, headers.get("content-type", headers.get("Content-Type"))) == (200, b"url", "text/csv"), (signature, status, data)
        put = made.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "by-url"}, ExpiresIn=60)
        headers = {"Content-Type": ""} if signature == "s3" else {}
        status, data, _ = url_open(put, "PUT", b"sent " + str(signature).encode(), headers)
        assert status == 200, (signature, data)
        assert body("by-url") == b"sent " + str(signature).encode()
        assert url_open(get.replace("pre%20signed", "other"))[0] == 403
    default = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET, region_name="us-east-1")
    url = default.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "by-url"})
    assert url_open(url)[0] == 200, url


@check
def strangers():
    assert url_open(ENDPOINT + "/" + BUCKET + "/a/b.bin")[0] == 403
    assert b"<Code>AccessDenied</Code>" in url_open(ENDPOINT + "/")[1]
    other = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=ACCESS, aws_secret_access_key="wrong", region_name="us-east-1")
    refused("SignatureDoesNotMatch", 403, other.list_buckets)
    refused("SignatureDoesNotMatch", 403, other.put_object, Bucket=BUCKET, Key="evil", Body=b"x" * 100_000)
    unknown = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id="who", aws_secret_access_key="wrong", region_name="us-east-1")
    refused("InvalidAccessKeyId", 403, unknown.list_buckets)
    refused("404", 404, s3.head_object, Bucket=BUCKET, Key="evil")


@check
def refused_by_name():
    refused("NotImplemented", 501, s3.put_object_tagging, Bucket=BUCKET, Key="a/b.bin", Tagging={"TagSet": []})
    refused("NotImplemented", 501, s3.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    refused("NotImplemented", 501, s3.put_object, Bucket=BUCKET, Key="acl", Body=b"", ACL="public-read")
    refused("NotImplemented", 501, s3.put_object, Bucket=BUCKET, Key="sse", Body=b"", ServerSideEncryption="AES256")
    refused("NotImplemented", 501, s3.put_object, Bucket=BUCKET, Key="tag", Body=b"", Tagging="a=b")


@check
def many_at_once():
    errors = []

    def one(n):
        mine = os.urandom(1000 + n * 997)
        s3.put_object(Bucket=BUCKET, Key=f"many/{n}", Body=mine)
        if body(f"many/{n}") != mine:
            errors.append(n)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(200)))
    assert not errors
    stop = threading.Event()

    def overwrite():
        while not stop.is_set():
            s3.put_object(Bucket=BUCKET, Key="hot", Body=os.urandom(10) * 10_000)

    s3.put_object(Bucket=BUCKET, Key="hot", Body=b"0123456789" * 10_000)
    writer = threading.Thread(target=overwrite)
    writer.start()
    try:
        for _ in range(100):
            data = body("hot")
            assert len(data) == 100_000 and data[:10] * 10_000 == data
    finally:
        stop.set()
        writer.join()


@check
def emptied():
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket=BUCKET)
    boto3.resource("s3", endpoint_url=ENDPOINT, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET, region_name="us-east-1").Bucket(BUCKET).objects.all().delete()
    s3.delete_bucket(Bucket=BUCKET)
    refused("NoSuchBucket", 404, s3.delete_bucket, Bucket=BUCKET)


print(f"{count - len(failures)} of {count} S3 checks passed with boto3 {boto3.__version__}")
sys.exit(1 if failures else 0)
