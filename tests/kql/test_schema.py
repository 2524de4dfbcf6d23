from tui.kql import schema


def test_tables_have_their_columns_in_the_services_order() -> None:
    table = schema.tables()["AlertInfo"]
    assert [column.name for column in table.columns][:3] == ["Timestamp", "AlertId", "Title"]
    column = table.column("Timestamp")
    assert column is not None
    assert column.type == "datetime"


def test_names_are_exact() -> None:
    assert schema.tables()["AlertInfo"].column("timestamp") is None
    assert "alertinfo" not in schema.tables()


def test_tables_of_states_have_no_time() -> None:
    assert schema.tables()["DeviceProcessEvents"].time_column == "Timestamp"
    assert schema.tables()["ExposureGraphNodes"].time_column is None


def test_types_are_kustos() -> None:
    types = {column.type for table in schema.tables().values() for column in table.columns}
    assert types == {"string", "datetime", "long", "int", "bool", "dynamic", "guid", "real"}
    assert len(schema.tables()) > 60
