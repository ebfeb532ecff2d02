/* The Chinese texts of what can go wrong between us and a Grafana: causes that fetch/ and client.c
 * record beside their English ones. Pure.
 *
 * {0} and {1} stand for what the cause names. What it names is translated where it is a term of ours
 * or a common word of the system, and stays as it is where it is a host or a server's own saying.
 */
#include "grafana/words.h"

#include "base/str.h"

#include <string.h>

struct entry {
    const char *key, *zh;
};

static const struct entry causes[] = {
    {"timeout", "{0}: {1}时间已用完"},
    {"no_answer", "{0}: {1}没有应答"},
    {"address_refused", "{0} 指向 {1}, 设置不允许访问该地址"},
    {"connect", "{0}: 无法连接: {1}"},
    {"certificate", "{0}: 证书不受信任: {1}"},
    {"name_unknown", "{0}: 域名无法解析, 请检查拼写与 DNS"},
    {"proxy_unknown", "代理的域名无法解析, 请检查代理设置"},
    {"proxy", "{0}: 代理拒绝: {1}"},
    {"ca_file", "CA 文件无法使用: {0}"},
    {"tls", "{0}: TLS 握手失败: {1}"},
    {"no_tls", "{0} 不提供 TLS, 而设置要求使用"},
    {"closed", "{0} 未应答就关闭了连接"},
    {"broken", "{0}: 连接中断: {1}"},
    {"grafana_401", "{0} 的 Grafana 不接受该凭据 (401): 请在其中新建服务账号令牌, 并填入本站点"},
    {"grafana_403", "{0} 的 Grafana 拒绝 {1} (403): 请授予本站点的身份读取权限"},
    {"grafana_404", "{0} 的 Grafana 没有 {1} (404)"},
    {"grafana_elsewhere", "{0} 转向别处 ({1}): 请更正站点的基础地址、子路径或 Grafana 前的登录页"},
    {"grafana_not_json", "{0} 的应答是 {1} 而不是 JSON: 请更正站点的基础地址"},
    {"grafana_status", "{0} 的 Grafana 应答异常 ({1})"},
};

static const struct entry terms[] = {
    {"while its name was being resolved", "解析域名时"},
    {"while connecting", "建立连接时"},
    {"during the TLS handshake", "TLS 握手时"},
    {"while logging in", "登录时"},
    {"waiting for its answer", "等待应答时"},
    {"in the middle of its answer", "接收应答途中"},
    {"Connection refused", "连接被拒绝"},
    {"Connection timed out", "连接超时"},
    {"Connection reset by peer", "连接被对方重置"},
    {"No route to host", "没有到该主机的路由"},
    {"Network is unreachable", "网络不可达"},
    {"self-signed", "自签名, 请设置签发它的 CA 文件 (network.ca_file 或在站点中)"},
    {"issuer unknown", "签发者未知, 请设置 CA 文件 (network.ca_file 或在站点中)"},
    {"expired", "已过期, 请在对方更新证书, 或检查本机时钟"},
    {"not yet valid", "尚未生效, 请检查双方时钟"},
    {"other name", "它是为另一个主机名签发的"},
    {"chain", "请检查证书链"},
};

static const char *find(const struct entry *entries, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(entries[i].key, key) == 0)
            return entries[i].zh;
    return NULL;
}

#define FIND(entries, key) find(entries, sizeof(entries) / sizeof *(entries), key)

const char *words_zh(struct arena *arena, const struct op *failed)
{
    const char *form = FIND(causes, failed->cause);
    if (!form)
        return arena_strdup(arena, failed->err_text);
    struct str *text = str_new(arena, 4000);
    for (; *form; form++) {
        if (form[0] != '{' || form[2] != '}') {
            str_addc(text, *form);
            continue;
        }
        const char *named = failed->cause_args[form[1] == '1'];
        const char *term = FIND(terms, named);
        str_adds(text, term ? term : named);
        form += 2;
    }
    return text->p;
}
