"""The root of all addresses."""

from django.urls import include, path

from doudi.security import web

urlpatterns = [path("", include("doudi.desks.urls"))]

handler400 = web.bad_request
handler403 = web.forbidden
handler404 = web.not_found
handler500 = web.server_error
