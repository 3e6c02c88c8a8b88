package io.kumiki.web.kfp.wire;

import io.kumiki.model.Json;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.ErrorRenderer;
import io.kumiki.runtime.http.HttpFault;
import org.jspecify.annotations.Nullable;

/// grpc-gateway's error body; the two upload routes, which KFP serves beside the gateway, have another.
public enum KfpErrors implements ErrorRenderer {
    GATEWAY {
        @Override
        public Answer render(HttpFault fault, String traceId, @Nullable String language) {
            GrpcCode code = code(fault);
            var body = Json.object().put("code", code.number()).put("message", code.name() + ": " + fault.message());
            body.putArray("details")
                    .addObject()
                    .put("@type", "type.googleapis.com/google.rpc.Status")
                    .put("code", code.number())
                    .put("message", fault.message());
            return Answer.json(status(fault), body);
        }
    },
    UPLOAD {
        @Override
        public Answer render(HttpFault fault, String traceId, @Nullable String language) {
            return Answer.json(
                    status(fault),
                    Json.object()
                            .put("error_message", fault.message())
                            .put("error_details", code(fault).name() + ": " + fault.message()));
        }
    };

    /// grpc-gateway knows no 405: a method that a path does not take is unimplemented.
    private static int status(HttpFault fault) {
        return fault.status() == 405 ? GrpcCode.UNIMPLEMENTED.http() : fault.status();
    }

    private static GrpcCode code(HttpFault fault) {
        for (GrpcCode code : GrpcCode.values()) {
            if (code.name().equals(fault.code())) {
                return code;
            }
        }
        return GrpcCode.ofHttp(fault.status());
    }
}
