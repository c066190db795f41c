from ckan.plugins import toolkit as tk

# storages of files came with CKAN 2.12
collect_ignore = [] if tk.check_ckan_version(min_version="2.12") else ["test_safe_storage.py"]
