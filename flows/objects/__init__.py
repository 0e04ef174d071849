"""Raw dumps and warehouses in an object store that speaks S3. Needs the extra `cluster`."""
