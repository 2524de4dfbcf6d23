-- Scalar functions of Kusto as DuckDB macros. One statement a macro, parted by empty lines.

-- A time in Kusto's spelling. Times rest in microseconds, so the last tick before a whole second,
-- where days, weeks, months and years end, is the one that its last microsecond stands for.
CREATE OR REPLACE TEMP MACRO kql_time_text(t) AS
    strftime(t, '%Y-%m-%dT%H:%M:%S.%f') || CASE WHEN epoch_us(t) % 1000000 = 999999 THEN '9Z' ELSE '0Z' END

-- A value as it stands inside a dynamic: times and spans as text in Kusto's spelling.
CREATE OR REPLACE TEMP MACRO kql_json(x) AS CASE typeof(x)
    WHEN 'TIMESTAMP' THEN to_json(kql_time_text(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP)))
    WHEN 'INTERVAL' THEN to_json(kql_span(TRY_CAST(CAST(x AS VARCHAR) AS INTERVAL)))
    ELSE to_json(x) END

-- A dynamic as a list of its elements; nothing where it is no array.
CREATE OR REPLACE TEMP MACRO kql_elements(d) AS
    CASE WHEN json_type(to_json(d)) = 'ARRAY' THEN TRY_CAST(to_json(d) AS JSON[]) END

CREATE OR REPLACE TEMP MACRO kql_text(d) AS coalesce(to_json(d) ->> '$', '')

CREATE OR REPLACE TEMP MACRO kql_span(i) AS list_transform([epoch_us(i)], lambda u:
    CASE WHEN u < 0 THEN '-' ELSE '' END
    || CASE WHEN abs(u) >= 86400000000 THEN CAST(abs(u) // 86400000000 AS VARCHAR) || '.' ELSE '' END
    || lpad(CAST(abs(u) // 3600000000 % 24 AS VARCHAR), 2, '0') || ':'
    || lpad(CAST(abs(u) // 60000000 % 60 AS VARCHAR), 2, '0') || ':'
    || lpad(CAST(abs(u) // 1000000 % 60 AS VARCHAR), 2, '0')
    || CASE WHEN abs(u) % 1000000 <> 0 THEN '.' || lpad(CAST(abs(u) % 1000000 AS VARCHAR), 6, '0') || CASE WHEN abs(u) % 1000000 = 999999 THEN '9' ELSE '0' END ELSE '' END)[1]

-- A dynamic read as another type; null where it holds something else.
CREATE OR REPLACE TEMP MACRO kql_number(d) AS
    CASE WHEN json_type(d) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN TRY_CAST(d AS DOUBLE) END

CREATE OR REPLACE TEMP MACRO kql_bool(d) AS CASE json_type(d)
    WHEN 'BOOLEAN' THEN (d ->> '$') = 'true'
    WHEN 'BIGINT' THEN (d ->> '$') <> '0' WHEN 'UBIGINT' THEN (d ->> '$') <> '0' END

CREATE OR REPLACE TEMP MACRO kql_time(d) AS
    CASE WHEN json_type(d) = 'VARCHAR' THEN TRY_CAST(d ->> '$' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END

CREATE OR REPLACE TEMP MACRO kql_interval(d) AS
    CASE WHEN regexp_matches(d ->> '$', '^-?([0-9]+\.)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$')
    THEN to_days(coalesce(TRY_CAST(nullif(regexp_extract(d ->> '$', '^-?([0-9]+)\.[0-9]+:', 1), '') AS INTEGER), 0))
       + TRY_CAST(regexp_replace(d ->> '$', '^-?[0-9]+\.([0-9]+:)', '\1') AS INTERVAL) END

-- Sets and arrays.
CREATE OR REPLACE TEMP MACRO kql_unique(a) AS
    to_json(list_filter(kql_elements(a), lambda e, i: list_position(kql_elements(a), e) = i))

CREATE OR REPLACE TEMP MACRO kql_set_difference(a, b) AS
    kql_unique(list_filter(kql_elements(a), lambda e: NOT list_contains(coalesce(kql_elements(b), []), e)))

CREATE OR REPLACE TEMP MACRO kql_set_intersect(a, b) AS
    kql_unique(list_filter(kql_elements(a), lambda e: list_contains(coalesce(kql_elements(b), []), e)))

CREATE OR REPLACE TEMP MACRO kql_set_union(a, b) AS
    kql_unique(list_concat(coalesce(kql_elements(a), []), coalesce(kql_elements(b), [])))

CREATE OR REPLACE TEMP MACRO kql_jaccard(a, b) AS
    len(kql_elements(kql_set_intersect(a, b))) / CAST(len(kql_elements(kql_set_union(a, b))) AS DOUBLE)

CREATE OR REPLACE TEMP MACRO kql_range(a, b, s) AS to_json(generate_series(CAST(a AS BIGINT), CASE WHEN (CAST(b AS DOUBLE) - CAST(a AS DOUBLE)) / nullif(CAST(s AS DOUBLE), 0) > 1048575 THEN CAST(a + s * 1048575 AS BIGINT) ELSE CAST(b AS BIGINT) END, CAST(s AS BIGINT)))

CREATE OR REPLACE TEMP MACRO kql_repeat(v, n) AS to_json(list_transform(range(least(1048576, CAST(n AS BIGINT))), lambda i: kql_json(v)))

-- Bags.
CREATE OR REPLACE TEMP MACRO kql_bag_keys(d) AS CASE WHEN json_type(to_json(d)) = 'OBJECT' THEN to_json(json_keys(to_json(d))) END

CREATE OR REPLACE TEMP MACRO kql_bag_entries(d, ks) AS list_transform(ks,
    lambda k: CAST(to_json(k) AS VARCHAR) || ':' || CAST(json_extract(d, '$."' || replace(k, '"', '\"') || '"') AS VARCHAR))

-- A bag without what is null or empty text.
CREATE OR REPLACE TEMP MACRO kql_filled(d) AS CAST('{' || array_to_string(kql_bag_entries(d,
    list_filter(json_keys(d), lambda k: coalesce(json_extract_string(d, '$."' || replace(k, '"', '\"') || '"'), '') <> '')), ',') || '}' AS JSON)

-- Where both have a key, the first bag's value stands whole.
CREATE OR REPLACE TEMP MACRO kql_bag_merge(a, b) AS
    CASE WHEN json_type(to_json(a)) <> 'OBJECT' OR a IS NULL THEN CASE WHEN json_type(to_json(b)) = 'OBJECT' THEN to_json(b) END
    WHEN json_type(to_json(b)) <> 'OBJECT' OR b IS NULL THEN to_json(a)
    ELSE CAST('{' || array_to_string(list_concat(
        kql_bag_entries(to_json(a), json_keys(to_json(a))),
        kql_bag_entries(to_json(b), list_filter(json_keys(to_json(b)), lambda k: NOT list_contains(json_keys(to_json(a)), k)))), ',') || '}' AS JSON) END

-- The element at a place of an array, or a scalar, which stands at every place.
CREATE OR REPLACE TEMP MACRO kql_item(d, i) AS
    CASE WHEN json_type(to_json(d)) = 'ARRAY' THEN kql_elements(d)[i] ELSE kql_json(d) END

-- Text.
CREATE OR REPLACE TEMP MACRO kql_split(t, d) AS
    to_json(CASE WHEN t = '' THEN [''] ELSE str_split(t, d) END)

CREATE OR REPLACE TEMP MACRO kql_split_at(t, d, n) AS
    CASE WHEN n >= 0 AND n < len(str_split(t, d)) THEN to_json([str_split(t, d)[n + 1]]) ELSE CAST('[]' AS JSON) END

CREATE OR REPLACE TEMP MACRO kql_indexof(t, n) AS CAST(strpos(t, n) - 1 AS BIGINT)

CREATE OR REPLACE TEMP MACRO kql_indexof_from(t, n, s, l, o) AS list_transform(
    [CASE WHEN s < 0 THEN greatest(0, length(t) + s) ELSE s END],
    lambda b: CASE WHEN b > length(t) THEN -1 ELSE coalesce(list_filter(
        generate_series(CAST(b AS BIGINT), CAST(CASE WHEN l < 0 THEN length(t) - length(n)
            WHEN o > 1 THEN least(length(t) - length(n), b + l - 1) ELSE least(length(t), b + l) - length(n) END AS BIGINT)),
        lambda p: substr(t, p + 1, length(n)) = n)[CAST(o AS BIGINT)], -1) END)[1]

CREATE OR REPLACE TEMP MACRO kql_translate(f, r, t) AS translate(t, f,
    CASE WHEN length(r) = 0 THEN '' ELSE rpad(r, CAST(greatest(length(f), length(r)) AS INTEGER), right(r, 1)) END)

CREATE OR REPLACE TEMP MACRO kql_format_timespan(i, f) AS list_transform([epoch_us(i)], lambda u:
    array_to_string(list_transform(regexp_extract_all(f, 'd+|H+|h+|m+|s+|f+|F+|[^dHhmsfF]+'), lambda p:
        CASE WHEN p[1] = 'd' THEN lpad(CAST(abs(u) // 86400000000 AS VARCHAR), CAST(greatest(length(p), length(CAST(abs(u) // 86400000000 AS VARCHAR))) AS INTEGER), '0')
             WHEN p[1] IN ('h', 'H') THEN lpad(CAST(abs(u) // 3600000000 % 24 AS VARCHAR), CAST(greatest(length(p), length(CAST(abs(u) // 3600000000 % 24 AS VARCHAR))) AS INTEGER), '0')
             WHEN p[1] = 'm' THEN lpad(CAST(abs(u) // 60000000 % 60 AS VARCHAR), CAST(greatest(length(p), length(CAST(abs(u) // 60000000 % 60 AS VARCHAR))) AS INTEGER), '0')
             WHEN p[1] = 's' THEN lpad(CAST(abs(u) // 1000000 % 60 AS VARCHAR), CAST(greatest(length(p), length(CAST(abs(u) // 1000000 % 60 AS VARCHAR))) AS INTEGER), '0')
             WHEN p[1] = 'f' THEN left(lpad(CAST(abs(u) % 1000000 AS VARCHAR), 6, '0') || '0', length(p))
             WHEN p[1] = 'F' THEN rtrim(left(lpad(CAST(abs(u) % 1000000 AS VARCHAR), 6, '0') || '0', length(p)), '0')
             ELSE p END), ''))[1]

CREATE OR REPLACE TEMP MACRO kql_parse_path(p) AS list_transform([regexp_replace(p, '^[A-Za-z][A-Za-z0-9+.-]+://', '')], lambda w: list_transform(
    [{'f': w, 'p': regexp_replace(w, '(.):[^\\/:]+$', '\1'), 'a': regexp_extract(w, '.:([^\\/:]+)$', 1)}], lambda r: json_object(
    'Scheme', regexp_extract(p, '^([A-Za-z][A-Za-z0-9+.-]+)://', 1),
    'RootPath', regexp_extract(r.f, '^(?:[\\/][\\/][?.][\\/])?([A-Za-z]:)', 1),
    'DirectoryPath', regexp_extract(r.f, '^(.*)[\\/]', 1),
    'DirectoryName', regexp_extract(r.f, '([^\\/]*)[\\/][^\\/]*$', 1),
    'Filename', regexp_extract(r.p, '([^\\/]*)$', 1),
    'Extension', regexp_extract(r.p, '\.([^.\\/]*)$', 1),
    'AlternateDataStreamName', r.a))[1])[1]

CREATE OR REPLACE TEMP MACRO kql_parse_csv(t) AS to_json(list_transform(
    regexp_extract_all(',' || regexp_extract(t, '^(?:"(?:[^"]|"")*"|[^"\r\n])*'), ',("(?:[^"]|"")*"|[^,]*)', 1),
    lambda v: CASE WHEN v[1] = '"' AND length(v) > 1 THEN replace(v[2:-2], '""', '"') ELSE v END))

CREATE OR REPLACE TEMP MACRO kql_base64_text(t) AS list_transform([t], lambda v: coalesce(TRY(decode(from_base64(v))), ''))[1]

CREATE OR REPLACE TEMP MACRO kql_url_decode(t) AS list_transform([t], lambda v: coalesce(TRY(url_decode(replace(v, '+', '%2B'))), v))[1]

CREATE OR REPLACE TEMP MACRO kql_parse_version(t) AS CASE
    WHEN regexp_matches(t, '^[0-9]{1,8}(\.[0-9]{1,8}){0,3}$') THEN list_transform([str_split(t, '.')], lambda p:
        CAST(coalesce(TRY_CAST(p[1] AS DECIMAL(38, 0)), 0) * 1000000000000000000000000
           + coalesce(TRY_CAST(p[2] AS DECIMAL(38, 0)), 0) * 10000000000000000
           + coalesce(TRY_CAST(p[3] AS DECIMAL(38, 0)), 0) * 100000000
           + coalesce(TRY_CAST(p[4] AS DECIMAL(38, 0)), 0) AS DECIMAL(38, 0)))[1] END

CREATE OR REPLACE TEMP MACRO kql_parse_urlquery(t) AS json_object('Query Parameters',
    CAST('{' || coalesce(array_to_string(list_transform(
        list_filter(str_split(regexp_replace(t, '^\?', ''), '&'), lambda p: p <> ''),
        lambda p: CAST(to_json(kql_url_decode(split_part(p, '=', 1))) AS VARCHAR) || ':'
            || CAST(to_json(kql_url_decode(substr(p, length(split_part(p, '=', 1)) + 2))) AS VARCHAR)), ','), '') || '}' AS JSON))

-- A quote behind an odd number of backslashes is a letter of its word, as Windows has it.
CREATE OR REPLACE TEMP MACRO kql_parse_command_line(t) AS to_json(list_transform(
    regexp_extract_all(t, '(?:(?:\\\\)*\\"|[^\s"]|"(?:(?:\\\\)*\\"|[^"])*"?)+'),
    lambda w: replace(replace(regexp_replace(w, '((?:\\\\)*)\\"', '\1' || chr(1), 'g'), '"', ''), chr(1), '"')))

-- Paths into JSON text.
CREATE OR REPLACE TEMP MACRO kql_extract_json(p, t) AS list_transform(
    [{'p': regexp_replace(p, '\[(?:''([^'']*)''|"([^"]*)")\]', '."\1\2"', 'g'), 't': t}],
    lambda v: coalesce(TRY(json_extract_string(v.t, v.p)), ''))[1]

-- IPv4.
CREATE OR REPLACE TEMP MACRO kql_ipv4(t) AS CASE
    WHEN regexp_matches(t, '^\s*(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}\s*$')
    THEN list_transform([str_split(trim(t), '.')], lambda o: CAST(o[1] AS BIGINT) * 16777216 + CAST(o[2] AS BIGINT) * 65536 + CAST(o[3] AS BIGINT) * 256 + CAST(o[4] AS BIGINT))[1] END

CREATE OR REPLACE TEMP MACRO kql_prefix(t) AS CASE
    WHEN contains(t, '/') THEN (CASE WHEN TRY_CAST(trim(split_part(t, '/', 2)) AS INTEGER) BETWEEN 0 AND 32 THEN CAST(trim(split_part(t, '/', 2)) AS INTEGER) END)
    ELSE 32 END

CREATE OR REPLACE TEMP MACRO kql_mask(n, b) AS
    CASE WHEN b BETWEEN 0 AND 32 THEN n & (4294967296 - (CAST(1 AS BIGINT) << (32 - b))) END

CREATE OR REPLACE TEMP MACRO kql_ipv4_compare(a, b, m) AS list_transform(
    [{'p': least(kql_prefix(a), kql_prefix(b), m), 'x': kql_ipv4(split_part(a, '/', 1)), 'y': kql_ipv4(split_part(b, '/', 1))}],
    lambda v: CAST(sign(kql_mask(v.x, v.p) - kql_mask(v.y, v.p)) AS BIGINT))[1]

CREATE OR REPLACE TEMP MACRO kql_ipv4_in(a, r) AS
    kql_mask(kql_ipv4(split_part(a, '/', 1)), kql_prefix(r)) = kql_mask(kql_ipv4(split_part(r, '/', 1)), kql_prefix(r))

CREATE OR REPLACE TEMP MACRO kql_ipv4_private(a) AS list_transform([kql_ipv4(split_part(a, '/', 1))], lambda n:
    (n >> 24) = 10 OR (n >> 20) = 2753 OR (n >> 16) = 49320)[1]

CREATE OR REPLACE TEMP MACRO kql_ipv4_in_any(a, rs) AS
    coalesce(list_bool_or(list_transform(kql_elements(rs), lambda r: kql_ipv4_in(a, r ->> '$'))), false)

CREATE OR REPLACE TEMP MACRO kql_format_ipv4(n) AS
    CAST((n >> 24) & 255 AS VARCHAR) || '.' || CAST((n >> 16) & 255 AS VARCHAR) || '.' || CAST((n >> 8) & 255 AS VARCHAR) || '.' || CAST(n & 255 AS VARCHAR)

CREATE OR REPLACE TEMP MACRO kql_least_mask(v, b) AS
    CASE WHEN typeof(v) = 'VARCHAR' AND b BETWEEN 0 AND 32 THEN least(b, kql_prefix(CAST(v AS VARCHAR))) ELSE b END

CREATE OR REPLACE TEMP MACRO kql_format_ipv4_of(v, b) AS
    coalesce(kql_format_ipv4(kql_mask(CASE WHEN typeof(v) = 'VARCHAR' THEN kql_ipv4(split_part(CAST(v AS VARCHAR), '/', 1)) ELSE TRY_CAST(CAST(v AS VARCHAR) AS BIGINT) END, kql_least_mask(v, b))), '')

CREATE OR REPLACE TEMP MACRO kql_has_ipv4(t, a) AS
    kql_ipv4(a) IS NOT NULL AND regexp_matches(t, '(^|[^0-9A-Za-z.])' || regexp_escape(a) || '($|\.?($|[^0-9A-Za-z.]))')

CREATE OR REPLACE TEMP MACRO kql_has_ipv4_prefix(t, a) AS
    (regexp_matches(a, '^([0-9]{1,3}\.){1,3}$') OR kql_ipv4(a) IS NOT NULL)
    AND len(list_filter(regexp_extract_all(t, '[0-9A-Za-z.]+'), lambda w:
        kql_ipv4(rtrim(w, '.')) IS NOT NULL AND CASE WHEN a[-1] = '.' THEN starts_with(w, a) ELSE rtrim(w, '.') = a END)) > 0

-- Where addresses are; whoever runs the database may fill it.
CREATE TABLE IF NOT EXISTS "kql~places" ("first" BIGINT, "last" BIGINT, place JSON)

CREATE OR REPLACE TEMP MACRO kql_place(a) AS coalesce((
    SELECT any_value(p.place) FROM "kql~places" p WHERE kql_ipv4(a) BETWEEN p."first" AND p."last"), CAST('{}' AS JSON))

-- Arrays turned and moved; a number beyond the length goes around, or moves all out.
CREATE OR REPLACE TEMP MACRO kql_rotated(d, n) AS
    CASE WHEN json_type(to_json(d)) = 'ARRAY' THEN CASE WHEN len(kql_elements(d)) = 0 THEN to_json(d) ELSE list_transform(
        [((CAST(n AS BIGINT) % len(kql_elements(d))) + len(kql_elements(d))) % len(kql_elements(d))],
        lambda k: to_json(list_concat(kql_elements(d)[k + 1:], kql_elements(d)[:k])))[1] END END

CREATE OR REPLACE TEMP MACRO kql_shifted(d, n, f) AS
    CASE WHEN json_type(to_json(d)) = 'ARRAY' THEN to_json(list_transform(range(len(kql_elements(d))),
        lambda i: CASE WHEN i + CAST(n AS BIGINT) >= 0 AND i + CAST(n AS BIGINT) < len(kql_elements(d))
            THEN kql_elements(d)[i + CAST(n AS BIGINT) + 1] ELSE f END)) END

CREATE OR REPLACE TEMP MACRO kql_array_split(d, p) AS
    CASE WHEN json_type(to_json(d)) = 'ARRAY' THEN list_transform([list_concat([0], list_transform(kql_elements(p), lambda e: CAST(e ->> '$' AS BIGINT)), [len(kql_elements(d))])],
        lambda b: to_json(list_transform(range(1, len(b)), lambda i: to_json(kql_elements(d)[b[i] + 1 : b[i + 1]]))))[1] END
