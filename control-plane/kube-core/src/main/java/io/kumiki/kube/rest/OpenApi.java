package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.kinds.KindTable;

/// The OpenAPI documents of what is served.
final class OpenApi {
    OpenApi(KindTable kinds) {}

    ApiAnswer answer(ApiRequest request, String path) {
        throw ApiFault.noSuchPath();
    }
}
