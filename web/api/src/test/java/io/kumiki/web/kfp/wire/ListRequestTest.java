package io.kumiki.web.kfp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.list.PageKey;
import io.kumiki.store.list.Predicate;
import io.kumiki.store.list.Predicate.Operation;
import io.kumiki.store.list.Sort;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListRequestTest {
    private static final PageTokens TOKENS = new PageTokens(new byte[32]);

    @Test
    void withoutParametersTheFirstTwentyOldestFirst() {
        var query = list(Map.of()).query();
        assertThat(query.pageSize()).isEqualTo(20);
        assertThat(query.sort()).isEqualTo(Sort.OLDEST_FIRST);
        assertThat(query.predicates()).isEmpty();
        assertThat(query.after()).isNull();
    }

    @Test
    void pageSizeIsCapped() {
        assertThat(list(Map.of("page_size", "100000")).query().pageSize()).isEqualTo(200);
        assertThat(list(Map.of("page_size", "0")).query().pageSize()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({
        "name,name,false",
        "metric:AUC desc,metric:AUC,true",
        "Created_At ASC,created_at,false",
        "created_at desc,created_at,true",
        "' display_name   DESC ',display_name,true"
    })
    void sortIsOneFieldLowerCased(String text, String key, boolean descending) {
        assertThat(list(Map.of("sort_by", text)).query().sort()).isEqualTo(new Sort(key, descending));
    }

    @Test
    void operationsByNumberAndByName() {
        var predicates = list(Map.of("filter", """
                {"predicates":[{"operation":1,"key":"display_name","stringValue":"x"},
                 {"operation":"IS_SUBSTRING","key":"name","string_value":"y"},
                 {"operation":5,"key":"created_at","timestampValue":"2026-01-31T09:00:00+09:00"},
                 {"operation":"IN","key":"state","string_values":{"values":["RUNNING","FAILED"]}},
                 {"operation":2,"key":"n","longValue":"7"}]}""")).query().predicates();
        assertThat(predicates)
                .containsExactly(
                        Predicate.equal("display_name", "x"),
                        Predicate.substring("name", "y"),
                        Predicate.since("created_at", Instant.parse("2026-01-31T00:00:00Z")),
                        Predicate.in("state", List.of("RUNNING", "FAILED")),
                        new Predicate("n", Operation.NOT_EQUALS, List.of(7L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"predicates\":{}}",
                "{\"x\":[]}",
                "{\"predicates\":[{\"operation\":4,\"key\":\"a\",\"string_value\":\"x\"}]}",
                "{\"predicates\":[{\"operation\":10,\"key\":\"a\",\"string_value\":\"x\"}]}",
                "{\"predicates\":[{\"key\":\"a\",\"string_value\":\"x\"}]}",
                "{\"predicates\":[{\"operation\":\"IN\",\"key\":\"a\",\"string_value\":\"x\"}]}",
                "{\"predicates\":[{\"operation\":\"EQUALS\",\"key\":\"a\"}]}",
                "{\"predicates\":[{\"operation\":\"EQUALS\",\"key\":\"a\",\"string_value\":\"x\",\"int_value\":1}]}"
            })
    void aFilterThatSaysNothingCertainIsRefused(String filter) {
        assertThatThrownBy(() -> list(Map.of("filter", filter)))
                .isInstanceOf(HttpFault.class)
                .hasMessageContaining("filter");
    }

    @Test
    void allMistakesOfAListAtOnce() {
        assertThatThrownBy(() -> list(Map.of("page_size", "-1", "sort_by", "a b c", "filter", "{")))
                .hasMessageContainingAll("3 problems", "page_size", "sort_by", "filter");
    }

    @Test
    void aTokenBelongsToItsListSortFilterAndScope() {
        var first = list(Map.of("sort_by", "name desc", "filter", "{}"));
        String token = first.token(TOKENS, new PageKey("v", "id", 41));
        assertThat(list(Map.of("sort_by", "name desc", "filter", "{}", "page_token", token))
                        .query()
                        .after())
                .isEqualTo(new PageKey("v", "id", 41));
        assertThatThrownBy(() -> list(Map.of("sort_by", "name asc", "filter", "{}", "page_token", token)))
                .hasMessageContaining("page_token");
        assertThatThrownBy(() -> list(Map.of("sort_by", "name desc", "page_token", token)))
                .hasMessageContaining("page_token");
        assertThatThrownBy(() -> ListRequest.of(
                        "runs",
                        n -> Map.of("sort_by", "name desc", "filter", "{}", "page_token", token)
                                .getOrDefault(n, ""),
                        Map.of("experiment_id", "e"),
                        TOKENS))
                .hasMessageContaining("page_token");
        assertThatThrownBy(() -> ListRequest.of(
                        "pipelines",
                        n -> Map.of("sort_by", "name desc", "filter", "{}", "page_token", token)
                                .getOrDefault(n, ""),
                        Map.of(),
                        TOKENS))
                .hasMessageContaining("page_token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                ".",
                "a.b",
                "eyJrZXkiOiJjcmVhdGVkX2F0OyBEUk9QIFRBQkxFIHJ1bnMifQ==",
                "WyJ2IiwiaWQiLDFd.AAAAAAAAAAAAAAAAAAAAAA",
                "\u0000"
            })
    void aForgedTokenIsRefused(String token) {
        assertThatThrownBy(() -> list(Map.of("page_token", token)))
                .isInstanceOf(HttpFault.class)
                .hasMessageContaining("page_token");
    }

    private static ListRequest list(Map<String, String> parameters) {
        return ListRequest.of("runs", name -> parameters.getOrDefault(name, ""), Map.of(), TOKENS);
    }
}
