//! What servers reply, right and wrong, with what it means.

/// Whole replies of each framing, with the status and the body that they mean; the connection stays open.
pub(crate) const KEPT: [(&str, &str, u16, &str); 11] = [
    (
        "GET",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        200,
        "hello",
    ),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\ncontent-length: 5\r\n\r\nhello",
        200,
        "hello",
    ),
    ("GET", "HTTP/1.1 503 \r\ncontent-length: 0\r\n\r\n", 503, ""),
    (
        "GET",
        "HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=\"y\"\r\nlo\r\n0\r\n\r\n",
        200,
        "hello",
    ),
    (
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n5 \r\nhello\r\n00\r\na: b\r\nc: d\r\n\r\n",
        200,
        "hello",
    ),
    (
        "GET",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
        200,
        "a",
    ),
    (
        "GET",
        "HTTP/1.1 204 None\r\ncontent-length: 5\r\n\r\n",
        204,
        "",
    ),
    (
        "GET",
        "HTTP/1.1 304 Same\r\ntransfer-encoding: chunked\r\n\r\n",
        304,
        "",
    ),
    (
        "HEAD",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
        200,
        "",
    ),
    (
        "GET",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok",
        200,
        "ok",
    ),
    (
        "GET",
        "\r\nHTTP/1.1 999 Odd\r\ncontent-length: 2\r\nx:\r\ny: \u{e9}\r\n\r\nok",
        999,
        "ok",
    ),
];

/// Whole replies after which the connection is over.
pub(crate) const LAST: [(&str, &str, u16, &str); 4] = [
    (
        "GET",
        "HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 2\r\n\r\nok",
        200,
        "ok",
    ),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nconnection: close\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok",
        200,
        "ok",
    ),
    (
        "GET",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        200,
        "ok",
    ),
    (
        "GET",
        "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        101,
        "",
    ),
];

/// Replies that end where the connection does.
pub(crate) const CLOSED: [(&str, &str, u16, &str); 3] = [
    ("GET", "HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello"),
    (
        "GET",
        "HTTP/1.0 404 No\r\nconnection: keep-alive\r\n\r\n",
        404,
        "",
    ),
    (
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n5\r\nhello",
        200,
        "5\r\nhello",
    ),
];

/// What is no reply.
pub(crate) const WRONG: [&str; 21] = [
    "",
    "gibberish\r\n\r\n",
    "HTTP/2 200 OK\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\nspace : x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nx: a\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nhello",
    "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11111111111111111\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na: b\nc: d\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na: \0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
];
