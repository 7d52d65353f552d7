"""The description says what the router does, no more and no less."""

from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.api.app import OPERATIONS, make_api
from channels.media_types import ENDINGS


async def test_it_needs_no_token_and_is_valid_openapi_3_1(api):
    answer = await api.get("/api/openapi.json", headers={"Authorization": ""})
    assert answer.status == 200
    document = await answer.json()
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


async def test_no_route_is_undocumented_and_none_is_made_up(api, office):
    app = make_api(store=office.store, casework=office.casework, tokens={}, clock=office.clock)
    routed = {
        (route.method.lower(), f"/api{route.resource.canonical}")
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
    }
    described = {
        (method, path)
        for path, methods in (await (await api.get("/api/openapi.json")).json())["paths"].items()
        for method in methods
    }
    assert routed - described == {("get", "/api/openapi.json"), ("get", "/api/docs")}
    assert described <= routed


async def test_every_reference_leads_somewhere_and_every_shape_is_used(api):
    document = await (await api.get("/api/openapi.json")).json()
    schemas = set(document["components"]["schemas"])
    referred = set()

    def walk(value):
        if isinstance(value, dict):
            if "$ref" in value:
                referred.add(value["$ref"].rpartition("/")[2])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)
    assert referred == schemas


async def test_every_kind_of_file_that_may_be_given_is_described(api):
    paths = (await (await api.get("/api/openapi.json")).json())["paths"]
    content = paths["/api/v1/cases/{number}/attachments/{id}"]["get"]["responses"]["200"]["content"]
    assert content.keys() >= set(ENDINGS)


async def test_the_manual_lists_every_operation_and_loads_nothing_from_elsewhere(api, office):
    answer = await api.get("/api/docs", headers={"Authorization": ""})
    page = await answer.text()
    assert answer.status == 200
    app = make_api(store=office.store, casework=office.casework, tokens={}, clock=office.clock)
    for operation in app[OPERATIONS]:
        assert f'id="{operation.id}"' in page
    for elsewhere in ("http://", "https://", "<link", "src=", "@import"):
        assert elsewhere not in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_every_kind_of_problem_is_explained_where_its_type_points(api):
    page = await (await api.get("/api/docs")).text()
    problem = await (await api.get("/api/v1/cases/WF1")).json()
    path, _, anchor = problem["type"].partition("#")
    assert path == "/api/docs"
    assert f'id="{anchor}"' in page
