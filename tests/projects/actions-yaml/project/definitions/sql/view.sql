SELECT 2 AS day, 3 AS a
