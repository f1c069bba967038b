SELECT 'sql `tick` ${no} \n'
