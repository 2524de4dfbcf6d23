"""Names of Kusto's functions, to tell an unknown one from one that this engine lacks."""

from __future__ import annotations

KNOWN = frozenset(
    """
    abs acos ago all array_concat array_iff array_index_of array_length array_reverse
    array_rotate_left array_rotate_right array_shift_left array_shift_right array_slice
    array_sort_asc array_sort_desc array_split array_strcat array_sum asin assert
    assignedipaddresses atan atan2 avg avgif bag_has_key bag_keys bag_merge bag_pack
    bag_remove_keys bag_set_key bag_zip base64_decode_toarray base64_decode_toguid
    base64_decode_tostring base64_encode_fromarray base64_encode_fromguid base64_encode_tostring
    beta_cdf beta_inv beta_pdf bin bin_at bin_auto binary_all_and binary_all_or binary_all_xor
    bitset_count_ones buildschema ceiling coalesce column_ifexists convert_angle convert_energy
    convert_force convert_length convert_mass convert_speed convert_temperature convert_volume
    cos cot count count_distinct count_distinctif countif countof current_cluster_endpoint
    current_database current_principal current_principal_details cursor_after
    datetime_list_timezones datetime_local_to_utc datetime_utc_to_local dcount dcount_hll
    dcountif degrees devicefromip dynamic_to_json endofday erf erfc estimate_data_size exp
    extent_id extent_tags extract extract_all extractjson fileprofile format_bytes format_ipv4
    format_ipv4_mask gamma geo_angle geo_azimuth geo_closest_point_on_line geo_distance_2points
    geo_distance_point_to_line geo_geohash_to_central_point geo_h3cell_level
    geo_info_from_ip_address geo_line_length geo_point_in_circle geo_point_in_polygon
    geo_point_to_geohash geo_point_to_h3cell geo_point_to_s2cell geo_polygon_area getschema
    graph_match gzip_compress_to_base64_string gzip_decompress_from_base64_string has_any_index
    has_any_ipv4 hash hash_combine hash_many hash_md5 hash_sha1 hash_sha256 hash_xxhash64 hll
    hll_if hll_merge indexof_regex inner_nodes ipv4_lookup ipv4_range_to_cidr_list ipv6_compare
    ipv6_is_in_any_range ipv6_is_in_range ipv6_is_match is_cluster_leader isreal labels
    log_extract loggamma make_bag_if make_list_with_nulls map max_of merge_tdigest min_of
    new_guid next node_degree_in node_degree_out node_id parse_command_line parse_ipv4_mask
    parse_ipv6_mask parse_urlquery parse_user_agent parse_xml percentile_array_tdigest
    percentile_tdigest percentilesw percentilesw_array percentilew percentrank_tdigest pi pow
    punycode_from_string punycode_to_string rank_tdigest row_cumsum row_number row_rank_dense
    row_rank_min row_window_session seenby series_abs series_add series_cosine_similarity
    series_decompose series_decompose_anomalies series_decompose_forecast series_divide
    series_dot_product series_equals series_exp series_fft series_fill_backward
    series_fill_const series_fill_forward series_fill_linear series_fir series_fit_2lines
    series_fit_2lines_dynamic series_fit_line series_fit_line_dynamic series_fit_poly
    series_greater series_greater_equals series_iir series_less series_less_equals series_log
    series_magnitude series_multiply series_not_equals series_outliers
    series_pearson_correlation series_periods_detect series_periods_validate series_pow
    series_product series_seasonal series_sign series_sin series_stats series_stats_dynamic
    series_subtract series_sum set_equals set_has_element sin sqrt strcat_array tan tdigest
    tdigest_if tdigest_merge to_timespan tohex treepath trim_ws unicode_codepoints_from_string
    url_decode welch_test zlib_compress_to_base64_string zlib_decompress_from_base64_string
    """.split()  # noqa: SIM905
)
