
  SELECT 'deep'
