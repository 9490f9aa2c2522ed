"""The policy library and the local records of the law."""

from doudi.desks.policy import pages, records

urlpatterns = [*pages.urlpatterns, *records.urlpatterns]
