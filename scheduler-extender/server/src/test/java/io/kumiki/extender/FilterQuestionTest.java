package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterQuestionTest {
    private static FilterQuestion read(String text) {
        return FilterQuestion.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatKubeSchedulerWritesIsRead() {
        assertThat(read("{'Pod':{'metadata':{'name':'p','uid':'u','ownerReferences':[{'uid':'other'}]},"
                        + "'spec':{'containers':[{'name':'c'}]},'status':{'uid':'x'}},"
                        + "'Nodes':null,'NodeNames':['a','b']}"))
                .isEqualTo(new FilterQuestion("u", Set.of("a", "b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{'Pod':{'metadata':{'uid':'u'}",
                "{'Pod':null,'NodeNames':['a']}",
                "{'Pod':{'metadata':null,'spec':{'uid':'u'}},'NodeNames':['a']}",
                "{'Pod':{'metadata':{'uid':'u'},'spec':{'schedulingGroup':{'podGroupName':'g'}}},'NodeNames':['a']}"
            })
    void whatIsOtherwiseIsLookedAtMoreClosely(String text) {
        assertThat(read(text)).isNull();
    }
}
